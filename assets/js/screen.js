// The public screen: draws what the stream says.
import { Idiomorph } from './idiomorph.esm.js'
import { drawClocks } from './clocks.js'
import { setByServer } from './server-time.js'
import { follow } from './stream.js'
import { showStale } from './announce.js'

const content = document.querySelector('[data-live-draws]')

setByServer()
follow(content.dataset.live, {
  onState (state) {
    Idiomorph.morph(content, state.html, { morphStyle: 'innerHTML' })
    drawClocks()
  },
  onStale: showStale
})
