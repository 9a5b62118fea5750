import type { Ref } from 'react';
import type { CustomContainerComponentProps } from 'virtua';

/**
 * Holds the rows. The list would have them ignore the pointer while it scrolls, which it does with each message that
 * comes: all that is inherited would be worked out anew for every element in view, twice a message.
 */
export function Rows({
  style,
  children,
  ref,
}: CustomContainerComponentProps & { ref?: Ref<HTMLDivElement> }) {
  return (
    <div ref={ref} style={{ ...style, pointerEvents: undefined }}>
      {children}
    </div>
  );
}
