// Says something once, politely, to whoever listens to the page.

/** Puts `text` where a screen reader hears of it. */
export function announce (text) {
  const place = document.querySelector('[data-announce]')
  if (place !== null) place.textContent = text
}

/** Says on the page whether it may be out of date. */
export function showStale (stale) {
  document.documentElement.classList.toggle('app-is-stale', stale)
  const place = document.querySelector('[data-stale]')
  if (place !== null) {
    place.textContent = stale ? 'This may be out of date: the connection was lost. Trying again.' : ''
  }
}

/** Says what became of what was to be sent, where it is seen at once; nothing takes it away. */
export function say (text) {
  const place = document.querySelector('[data-not-sent]')
  // said once, however often it holds
  if (place === null || place.textContent === text) return
  place.textContent = text
  place.hidden = text === ''
}
