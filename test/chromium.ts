/** A headless Chromium, spoken to through its debugging pipe: JSON messages with a zero byte between. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { scratchFolder } from './earshot.js'

/** EARSHOT_CHROMIUM names one; else whichever of these is there. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

export function findChromium(): string | undefined {
  const named = process.env.EARSHOT_CHROMIUM
  return named ?? NAMES.find(name => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0)
}

type Answer = Record<string, unknown>

export class Page {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #session: string | undefined
  #count = 0
  #onLoad = () => {}

  private constructor(program: string) {
    const words = [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--remote-debugging-pipe',
      '--window-size=900,500',
    ]
    const profile = `--user-data-dir=${scratchFolder('chromium')}`
    // where the locale has no words for the profile's name, its storage falls over again and again
    const env = { ...process.env, LC_ALL: 'C.UTF-8' }
    this.#process = spawn(program, [...words, profile], { env, stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] })
    let rest = ''
    const answers = this.#process.stdio[4] as Readable
    answers.setEncoding('utf8').on('data', (text: string) => {
      const messages = (rest + text).split('\0')
      rest = messages.pop()!
      for (const message of messages) this.#hear(JSON.parse(message))
    })
  }

  static async open(program: string, url: string): Promise<Page> {
    const page = new Page(program)
    const { targetId } = await page.#ask('Target.createTarget', { url })
    const { sessionId } = await page.#ask('Target.attachToTarget', { targetId, flatten: true })
    page.#session = sessionId as string
    return page
  }

  /**
   * The value of an expression, once it is neither undefined nor null, and nothing is thrown. What is asked of a page that
   * gives way to another is never answered, and is asked again.
   */
  async once<Value>(expression: string): Promise<Value> {
    for (;;) {
      const asked = this.#ask('Runtime.evaluate', { expression, returnByValue: true })
      const answer = await Promise.race([asked, setTimeout(10_000, undefined, { ref: false })])
      const { value } = (answer?.result ?? {}) as { value?: Value }
      if (!answer?.exceptionDetails && value !== undefined && value !== null) return value
      await setTimeout(200)
    }
  }

  /** A key as a person presses it: `y`, ` `, `ArrowLeft`. */
  async press(key: string): Promise<void> {
    const text = key.length === 1 ? { text: key } : {}
    await this.#ask('Input.dispatchKeyEvent', { type: 'keyDown', key, ...text })
    await this.#ask('Input.dispatchKeyEvent', { type: 'keyUp', key })
  }

  /** Leaves for another address, or comes to the same one anew; what is asked meanwhile would never be answered. */
  async open(url: string): Promise<void> {
    await this.#ask('Page.enable', {})
    const loaded = new Promise<void>(resolve => (this.#onLoad = resolve))
    await this.#ask('Page.navigate', { url })
    await loaded
  }

  /** Pixels, and whether the reader wants it dark. */
  async look(width: number, height: number, dark: boolean): Promise<void> {
    await this.#ask('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false })
    const features = [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]
    await this.#ask('Emulation.setEmulatedMedia', { features })
  }

  /** PNG. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.#ask('Page.captureScreenshot', { format: 'png' })
    return Buffer.from(data as string, 'base64')
  }

  close(): void {
    this.#process.kill()
  }

  #ask(method: string, params: object): Promise<Answer> {
    const id = ++this.#count
    const message = { id, method, params, ...(this.#session && { sessionId: this.#session }) }
    ;(this.#process.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`)
    return new Promise(resolve => this.#waiting.set(id, resolve))
  }

  #hear({ id, result, method }: { id?: number; result?: Answer; method?: string }): void {
    if (method === 'Page.loadEventFired') this.#onLoad()
    if (id !== undefined) this.#waiting.get(id)?.(result ?? {})
  }
}
