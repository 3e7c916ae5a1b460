import { useEffect, useState } from 'react';

export interface Position {
  latitude: number;
  longitude: number;
}

type State = { kind: 'unasked' | 'asking' | 'refused' } | { kind: 'known'; position: Position };

/**
 * Where the device is. It is asked by `locate`, because a browser may ask its user, or at once
 * where the user has agreed before.
 */
export function usePosition(): State & { locate: () => void } {
  const [state, setState] = useState<State>({ kind: 'unasked' });

  function locate() {
    setState({ kind: 'asking' });
    // Browsers offer no position to pages that came over plain HTTP from another machine.
    if (!('geolocation' in navigator)) return setState({ kind: 'refused' });
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        // About a hundred metres are near enough, and give nobody's bed away.
        const round = (degrees: number) => Math.round(degrees * 1000) / 1000;
        const position = { latitude: round(coords.latitude), longitude: round(coords.longitude) };
        setState({ kind: 'known', position });
      },
      () => setState({ kind: 'refused' }),
      { timeout: 8_000, maximumAge: 600_000 },
    );
  }

  useEffect(() => {
    let isGone = false;
    const asked = navigator.permissions?.query({ name: 'geolocation' });
    void asked?.then(({ state }) => !isGone && state === 'granted' && locate());
    return () => {
      isGone = true;
    };
  }, []);

  return { ...state, locate };
}
