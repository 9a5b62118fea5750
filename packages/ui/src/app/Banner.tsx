import type { Connection } from '@otr/client';
import type { RelayStatus } from '@otr/protocol';
import { CloudOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { strings } from '../strings.ts';
import './banner.css';

interface BannerProps {
  connection: Connection;
  relay: RelayStatus | null;
}

function bannerText({ connection, relay }: BannerProps): string | null {
  if (connection !== 'online') return strings.banner.proxyGone;
  if (relay === null || relay.state === 'online') return null;
  const queued = relay.queued > 0 ? strings.banner.queued(relay.queued) : strings.banner.nothingQueued;
  return `${relay.state === 'offline' ? strings.banner.offline : strings.banner.connecting} ${queued}`;
}

/** A connection that is only being made again for a moment is not worth a banner. */
const patienceMs = 700;

/** Shown while nothing can be sent. It lies over the timeline's top, so that nothing moves. */
export function Banner(props: BannerProps) {
  const text = bannerText(props);
  const broken = text !== null;
  const [shown, setShown] = useState(false);

  useEffect(() => {
    const timer = setTimeout(() => setShown(broken), broken ? patienceMs : 0);
    return () => clearTimeout(timer);
  }, [broken]);

  return (
    <div className="bannerPlace" role="status">
      {shown && text !== null && (
        <p className="banner" data-testid="banner" title={props.relay?.reason}>
          <CloudOff size={18} aria-hidden="true" />
          <span>{text}</span>
        </p>
      )}
    </div>
  );
}
