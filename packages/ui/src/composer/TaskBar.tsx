import { Pencil, Reply, X } from 'lucide-react';
import { strings } from '../strings.ts';
import type { Task } from './task.ts';

const text = strings.composer;

/** Above the box: which message is answered or edited, and the way out of it. */
export function TaskBar({ task, onLeave }: { task: Task; onLeave(): void }) {
  if (task.kind === 'write') return null;
  const about = task.kind === 'reply' ? task.to : task.row;
  const replyTitle = about.own ? text.replyToYourself : text.replyTo(about.name);
  const Icon = task.kind === 'reply' ? Reply : Pencil;
  const leave = task.kind === 'reply' ? text.stopReply : text.stopEditing;
  return (
    <div className="taskBar" data-testid="task-bar" data-task={task.kind}>
      <Icon size={18} aria-hidden="true" />
      <div className="taskText">
        <p className="taskTitle">{task.kind === 'reply' ? replyTitle : text.editing}</p>
        <p className="taskAbout" dir="auto">
          {about.text}
        </p>
      </div>
      <button type="button" className="iconButton" aria-label={leave} title={leave} onClick={onLeave}>
        <X size={18} aria-hidden="true" />
      </button>
    </div>
  );
}
