/** Points on a canvas, to be looked at closely and chosen: by pointer, wheel and keys. Runs in the page. */

/** Pixels within which a pointer means a point. */
const NEAR = 24
const ZOOM = 1.35
const EDGE = 14

export class PointMap {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {readonly (readonly [number, number])[]} points each coordinate from 0 to 1
   * @param {{ look: (at: number) => { colour: string, size: number, ring?: boolean }, name: (at: number) => string, onChoose: (at: number) => void }} of
   *   colours as CSS writes them, variables of the page too; points larger than others lie on top
   */
  constructor(canvas, points, { look, name, onChoose }) {
    Object.assign(this, { canvas, points, look, name, onChoose, chosen: -1, view: { x: 0.5, y: 0.5, scale: 1 } })
    canvas.tabIndex = 0
    new ResizeObserver(() => this.draw()).observe(canvas)
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw())
    canvas.addEventListener('wheel', event => this.#wheel(event), { passive: false })
    canvas.addEventListener('keydown', event => this.#key(event))
    this.#drag()
  }

  /** Shows which point is chosen, without telling anybody. */
  mark(at) {
    this.chosen = at
    this.draw()
  }

  zoom(factor, [x, y] = [this.canvas.clientWidth / 2, this.canvas.clientHeight / 2]) {
    const [before, after] = [this.#at(x, y), () => this.#at(x, y)]
    this.view.scale = Math.min(200, Math.max(1, this.view.scale * factor))
    const now = after()
    this.view.x += before[0] - now[0]
    this.view.y += before[1] - now[1]
    if (this.view.scale === 1) Object.assign(this.view, { x: 0.5, y: 0.5 })
    this.draw()
  }

  draw() {
    const { canvas, points, chosen } = this
    const ratio = devicePixelRatio || 1
    const [width, height] = [canvas.clientWidth, canvas.clientHeight]
    if (width === 0) return
    canvas.width = width * ratio
    canvas.height = height * ratio
    const pen = canvas.getContext('2d')
    pen.scale(ratio, ratio)
    const looks = points.map((_, at) => this.look(at))
    const order = [...looks.keys()].sort((a, b) => looks[a].size - looks[b].size)
    const resolved = new Map()
    const ink = this.#resolve('var(--ink)', resolved)
    for (const at of order) {
      const [x, y] = this.#place(points[at])
      if (x < -9 || y < -9 || x > width + 9 || y > height + 9) continue
      const { colour, size, ring } = looks[at]
      pen.fillStyle = this.#resolve(colour, resolved)
      pen.globalAlpha = ring ? 1 : 0.75
      pen.beginPath()
      pen.arc(x, y, size * Math.min(2, this.view.scale ** 0.3), 0, 7)
      pen.fill()
      if (!ring) continue
      pen.strokeStyle = ink
      pen.lineWidth = 1
      pen.stroke()
    }
    if (chosen < 0) return
    const [x, y] = this.#place(points[chosen])
    pen.globalAlpha = 1
    pen.strokeStyle = ink
    pen.lineWidth = 2.5
    pen.beginPath()
    pen.arc(x, y, 11, 0, 7)
    pen.stroke()
  }

  /** What a colour of the page is now: canvases know neither variables nor light and dark. */
  #resolve(colour, resolved) {
    if (!resolved.has(colour)) {
      this.canvas.style.color = colour
      resolved.set(colour, getComputedStyle(this.canvas).color)
    }
    return resolved.get(colour)
  }

  get #side() {
    return Math.min(this.canvas.clientWidth, this.canvas.clientHeight) - 2 * EDGE
  }

  #place([x, y]) {
    const { canvas, view } = this
    return [
      canvas.clientWidth / 2 + (x - view.x) * this.#side * view.scale,
      canvas.clientHeight / 2 + (y - view.y) * this.#side * view.scale,
    ]
  }

  #at(x, y) {
    const { canvas, view } = this
    return [
      view.x + (x - canvas.clientWidth / 2) / (this.#side * view.scale),
      view.y + (y - canvas.clientHeight / 2) / (this.#side * view.scale),
    ]
  }

  #nearest(x, y, most = NEAR) {
    let [nearest, least] = [-1, most]
    this.points.forEach((point, at) => {
      const [px, py] = this.#place(point)
      const far = Math.hypot(px - x, py - y)
      if (far < least) [nearest, least] = [at, far]
    })
    return nearest
  }

  #choose(at) {
    if (at < 0) return
    this.mark(at)
    this.onChoose(at)
  }

  #wheel(event) {
    event.preventDefault()
    this.zoom(event.deltaY < 0 ? ZOOM : 1 / ZOOM, [event.offsetX, event.offsetY])
  }

  #drag() {
    const { canvas, view } = this
    let [from, moved] = [undefined, false]
    canvas.addEventListener('pointerdown', event => {
      from = [event.offsetX, event.offsetY]
      moved = false
      canvas.setPointerCapture(event.pointerId)
    })
    canvas.addEventListener('pointermove', event => {
      const [x, y] = [event.offsetX, event.offsetY]
      if (!from) {
        const at = this.#nearest(x, y)
        canvas.title = at < 0 ? '' : this.name(at)
        canvas.style.cursor = at < 0 ? 'grab' : 'pointer'
        return
      }
      if (!moved && Math.hypot(x - from[0], y - from[1]) < 4) return
      moved = true
      view.x -= (x - from[0]) / (this.#side * view.scale)
      view.y -= (y - from[1]) / (this.#side * view.scale)
      from = [x, y]
      this.draw()
    })
    canvas.addEventListener('pointerup', event => {
      if (from && !moved) this.#choose(this.#nearest(event.offsetX, event.offsetY))
      from = undefined
    })
  }

  /** Arrows go to the next point in that direction, plus and minus look closer and further, 0 shows all. */
  #key(event) {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key]
    if (step) this.#choose(this.#towards(step))
    else if (event.key === '+' || event.key === '=') this.zoom(ZOOM)
    else if (event.key === '-') this.zoom(1 / ZOOM)
    else if (event.key === '0') this.zoom(0)
    else if (event.key === 'Enter') this.#choose(this.chosen)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  #towards([dx, dy]) {
    if (this.chosen < 0)
      return this.#nearest(this.canvas.clientWidth / 2, this.canvas.clientHeight / 2, Number.POSITIVE_INFINITY)
    const [x, y] = this.points[this.chosen]
    let [nearest, least] = [-1, Number.POSITIVE_INFINITY]
    this.points.forEach(([px, py], at) => {
      const along = (px - x) * dx + (py - y) * dy
      const aside = Math.abs((px - x) * dy - (py - y) * dx)
      const far = along + 2 * aside
      if (along > 1e-6 && aside <= 2 * along && far < least) [nearest, least] = [at, far]
    })
    return nearest
  }
}
