import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { type ReactNode, useContext, useState } from 'react';
import { WritingContext } from '../app/dialogs.ts';
import { strings } from '../strings.ts';
import './modal.css';

interface ModalProps {
  title: string;
  description?: string;
  onClose(): void;
  /**
   * `dialog`: in the middle · `drawer`: at the right edge · `search`: wide, and of one height whatever is found ·
   * `verify`: somewhat wider.
   */
  shape?: 'dialog' | 'drawer' | 'search' | 'verify';
  children: ReactNode;
}

/**
 * A dialog over the page: keeps the focus inside, closes with Esc, gives the focus back. Whoever came to another room
 * by it, or from an element that is gone, goes on writing.
 */
export function Modal({ title, description, onClose, shape = 'dialog', children }: ModalProps) {
  // A field that takes the focus by itself has it before the dialog could note where it was.
  const [from] = useState(() => ({ opener: document.activeElement, place: location.hash }));
  const writeOn = useContext(WritingContext);

  function giveBack(): HTMLElement | boolean {
    const { opener, place } = from;
    const isThere = opener instanceof HTMLElement && opener !== document.body && opener.isConnected;
    if (isThere && location.hash === place) return opener;
    return !writeOn();
  }

  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="modalBackdrop" />
        <Dialog.Popup
          className={`modal ${shape === 'dialog' || shape === 'drawer' ? shape : `dialog ${shape}`}`}
          finalFocus={giveBack}
        >
          <div className="modalTop">
            <Dialog.Title className="modalTitle">{title}</Dialog.Title>
            <Dialog.Close className="iconButton" aria-label={strings.dialog.close}>
              <X size={20} aria-hidden="true" />
            </Dialog.Close>
          </div>
          {description !== undefined && (
            <Dialog.Description className="modalText">{description}</Dialog.Description>
          )}
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
