// The server's time, whatever this computer's clock says. The server is asked for it and half of the round trip is added; of a few
// answers the quickest is believed, because it says most about when it was given. In between, the browser's monotonic clock counts.

const SAMPLES = 5
// a computer's clock drifts by a few milliseconds in this time
const AGAIN_AFTER_MS = 5 * 60 * 1000
// further from what the server says than any network is slow: the server's clock, or ours, has been moved
const MOVED_MS = 1500

let offset = null
let asking = null
let askedAt = 0

/** The server's time in milliseconds; the computer's own until the server has answered once. */
export function serverNow () {
  return offset === null ? Date.now() : performance.now() + offset
}

async function sample () {
  const sent = performance.now()
  const answer = await fetch('/time', { cache: 'no-store', signal: AbortSignal.timeout(3000) })
  const { now } = await answer.json()
  const received = performance.now()
  return { trip: received - sent, offset: now - (sent + received) / 2 }
}

async function ask () {
  let best = null
  for (let i = 0; i < SAMPLES; i++) {
    try {
      const one = await sample()
      if (best === null || one.trip < best.trip) best = one
    } catch {
      // without a connection the last answer still holds
    }
  }
  if (best !== null) {
    offset = best.offset
    askedAt = performance.now()
    document.dispatchEvent(new Event('time-set'))
  }
}

/** Asks the server for the time, once however many ask for it; the page hears `time-set` when it is known. */
export function setByServer () {
  asking ??= ask().finally(() => { asking = null })
  return asking
}

/** The server says that it is `now`: where that is far from what is believed, it is asked again. */
export function heard (now) {
  const late = performance.now() - askedAt > AGAIN_AFTER_MS
  if (offset === null || late || Math.abs(serverNow() - now) > MOVED_MS) setByServer()
}
