import { strings } from '../strings.ts';
import { Modal } from './Modal.tsx';
import './lists.css';

export function ShortcutsDialog({ onClose }: { onClose(): void }) {
  return (
    <Modal title={strings.shortcuts.title} onClose={onClose}>
      <dl className="shortcuts">
        {strings.shortcuts.rows.map(([keys, meaning]) => (
          <div key={keys.join('+') + meaning}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
