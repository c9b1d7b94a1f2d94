// Starts GOV.UK Frontend's components. A module of its own: the Content-Security-Policy allows no inline script.
import { initAll } from './govuk-frontend.min.js'

// Browsers that run modules are the ones that GOV.UK Frontend supports.
document.body.classList.add('js-enabled', 'govuk-frontend-supported')
initAll()
