/** For every map of the page: plays what is chosen, and shows one label alone. */
import { PointMap } from 'earshot/point-map'

const player = new Audio()
let stopAt = Number.POSITIVE_INFINITY
player.addEventListener('timeupdate', () => {
  if (player.currentTime >= stopAt) player.pause()
})

for (const canvas of document.querySelectorAll('canvas.map')) {
  const card = canvas.closest('.card')
  const { colours, files, spots } = JSON.parse(card.querySelector('script').textContent)
  const told = card.querySelector('.heard-name')
  let only = -1
  const size = spots.length > 800 ? 3.5 : 5
  const map = new PointMap(
    canvas,
    spots.map(([x, y]) => [x, y]),
    {
      look: at => {
        const [, , kind, , , , , sound] = spots[at]
        if (only >= 0 && kind !== only) return { colour: 'var(--edge)', size: 2 }
        return { colour: colours[kind], size: sound ? size + 2 : size, ring: sound !== null }
      },
      name: at => spots[at][3],
      onChoose: at => {
        const [, , , name, file, start, end, sound] = spots[at]
        told.textContent = name
        stopAt = sound || end === null ? Number.POSITIVE_INFINITY : end
        player.src = sound ?? `${files[file]}#t=${start}`
        player.play().catch(error => {
          if (error.name !== 'AbortError') told.textContent = `${name}: it cannot be played from here.`
        })
      },
    },
  )
  card.addEventListener('click', event => {
    const button = event.target.closest('button[data-k]')
    if (!button) return
    const alone = button.getAttribute('aria-pressed') === 'false'
    for (const other of card.querySelectorAll('button[data-k]'))
      other.setAttribute('aria-pressed', String(alone && other === button))
    only = alone ? Number(button.dataset.k) : -1
    map.draw()
  })
}
