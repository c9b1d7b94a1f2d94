// Counts the chair's clocks down from what the server said when the page was made. It is for the eye alone: the server keeps the
// time, and refuses what the standing order refuses, whatever is shown here.
const started = performance.now()

function digits (seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

for (const clock of document.querySelectorAll('[data-clock][data-running="true"]')) {
  const left = Number(clock.dataset.left)
  const total = Number(clock.dataset.total)
  const figure = clock.querySelector('[data-clock-left]')
  const bar = clock.querySelector('[data-clock-bar]')
  const standing = clock.querySelector('[data-clock-standing]')
  const timer = setInterval(() => {
    const now = Math.max(0, left - Math.floor((performance.now() - started) / 1000))
    figure.textContent = digits(now)
    bar.value = total - now
    if (now === 0) {
      clock.classList.add('app-clock--over')
      standing.textContent = 'Time is over'
      clearInterval(timer)
    }
  }, 250)
}
