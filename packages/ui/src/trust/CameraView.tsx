import { useEffect, useRef, useState } from 'react';
import { strings } from '../strings.ts';
import { readCode } from './readCode.ts';

const text = strings.verify;

/** Milliseconds between two looks: a hand does not move faster. */
const lookEvery = 160;

interface CameraViewProps {
  /** A code was seen; the camera has stopped. */
  onCode(code: string): void;
  /** It may not be used, or there is none. */
  onDenied(): void;
}

/** What the camera sees, looked through for a code. The camera is on while this is on the screen, and no longer. */
export function CameraView({ onCode, onDenied }: CameraViewProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [running, setRunning] = useState(false);
  const tell = useRef({ onCode, onDenied });
  tell.current = { onCode, onDenied };

  useEffect(() => {
    let stream: MediaStream | null = null;
    let timer: ReturnType<typeof setInterval> | undefined;
    let over = false;

    function stop() {
      over = true;
      clearInterval(timer);
      for (const track of stream?.getTracks() ?? []) track.stop();
    }

    function look() {
      const picture = video.current;
      if (over || picture === null || picture.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
      const code = readCode(picture, picture.videoWidth, picture.videoHeight);
      if (code === null) return;
      stop();
      tell.current.onCode(code);
    }

    async function start() {
      stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: 'environment' },
        audio: false,
      });
      // Closed before the person had allowed it.
      if (over || video.current === null) return stop();
      video.current.srcObject = stream;
      await video.current.play();
      setRunning(true);
      timer = setInterval(look, lookEvery);
      if (over) stop();
    }

    start().catch(() => {
      if (over) return;
      stop();
      tell.current.onDenied();
    });
    return stop;
  }, []);

  return (
    <div className="camera">
      <video ref={video} muted playsInline aria-label={text.cameraView} data-testid="camera" />
      <p className="formHint" role="status">
        {running ? text.cameraSearching : text.cameraStarting}
      </p>
    </div>
  );
}
