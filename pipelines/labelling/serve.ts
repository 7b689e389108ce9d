/** The labelling page served to this machine alone: on loopback, behind a token, and nothing but the windows of its set. */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { Problem } from '../../data/problem.js'
import type { AnswerTable, Given } from './answers.js'
import { DRAWN } from './check.js'
import { pictureOf, soundOf } from './hear.js'
import { type LabelPage, labelPage } from './page.js'
import { Session } from './session.js'

const HOST = '127.0.0.1'
/** Bytes of a request. */
const MOST = 10_000

const version = z.int().min(0)
const since = z.strictObject({ version })
const undoing = z.strictObject({ name: z.string(), version })
const answered = z.strictObject({
  row: z.int().min(0),
  name: z.string(),
  answer: z.enum(['yes', 'no', 'skip']),
  reason: z.custom<Given['reason']>(text => /^(likely|unsure|chosen)$/.test(String(text)) || DRAWN.test(String(text))),
  version,
})

export interface LabelServer {
  /** With its token. */
  address: string
  close(): Promise<void>
}

/** @param port 0: any that is free. @throws Problem `port-taken` */
export async function serveLabels(
  shown: Omit<LabelPage, 'classes' | 'nonce' | 'offline'>,
  table: AnswerTable,
  port: number,
): Promise<LabelServer> {
  const token = randomBytes(16).toString('hex')
  const labels = new Labels(shown, table)
  const server = createServer((request, response) => {
    labels.respond(request, response, inside(request, token)).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else saidAsJson(response, statusOf(error), { message: messageOf(error) })
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new Problem('port-taken', `Port ${port} of this machine cannot be used (${cause.code}).`, {
          hint: 'Name another one, or leave --port out: any that is free is taken.',
          cause,
        }),
      ),
    )
    server.listen(port, HOST, resolve)
  })
  const { port: open } = server.address() as AddressInfo
  return {
    address: `http://${HOST}:${open}/${token}/`,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}

/** What is asked for behind the token; undefined for all that is not asked from this machine with it. */
function inside({ url = '', headers, socket }: IncomingMessage, token: string): string | undefined {
  const local = new Set([`${HOST}:${socket.localPort}`, `localhost:${socket.localPort}`])
  const [, given = '', path] = /^\/([0-9a-f]+)\/([^?#]*)$/.exec(url) ?? []
  const known = given.length === token.length && timingSafeEqual(Buffer.from(given), Buffer.from(token))
  const own = headers.origin === undefined || [...local].some(host => headers.origin === `http://${host}`)
  return known && own && local.has(headers.host ?? '') ? path : undefined
}

class Labels {
  readonly #session: Session

  constructor(
    private readonly shown: Omit<LabelPage, 'classes' | 'nonce' | 'offline'>,
    table: AnswerTable,
  ) {
    this.#session = new Session(shown.set, table)
  }

  /** @throws Problem if what is said cannot be kept */
  async respond(request: IncomingMessage, response: ServerResponse, path: string | undefined): Promise<void> {
    const { stretches, features } = this.shown.set
    const [, kind, number] = /^(sound|picture)\/(\d+)$/.exec(path ?? '') ?? []
    const stretch = stretches[Number(number)]
    if (path === undefined) return said(response, 404, 'Not found.', 'text/plain')
    if (request.method === 'POST') {
      const changed = this.#changed(path, await bodyOf(request))
      return saidAsJson(response, changed ? 200 : 404, changed ?? { message: 'not found' })
    }
    if (request.method !== 'GET') return said(response, 405, 'Not allowed.', 'text/plain')
    if (path === '') {
      const nonce = randomBytes(12).toString('base64')
      response.setHeader('content-security-policy', policy(nonce))
      const page = labelPage({ ...this.shown, classes: this.#session.classes, nonce })
      return said(response, 200, page, 'text/html; charset=utf-8')
    }
    if (path === 'features')
      return said(response, 200, bytesOf(Float32Array.from(features.values)), 'application/octet-stream')
    if (!stretch) return said(response, 404, 'Not found.', 'text/plain')
    if (kind === 'sound') return said(response, 200, await soundOf(stretch), 'audio/wav')
    return said(response, 200, await pictureOf(stretch), 'image/svg+xml')
  }

  /** What has changed since a version, or nothing where there is nothing of that name. */
  #changed(path: string, body: unknown): object | undefined {
    const session = this.#session
    let undone: number | undefined
    let known: number
    if (path === 'answer') {
      const { version, ...given } = asked(answered, body)
      if (given.row >= this.shown.set.stretches.length) return undefined
      known = version
      session.answer(given)
    } else if (path === 'undo') {
      const { version, name } = asked(undoing, body)
      known = version
      undone = session.undo(name)
    } else if (path === 'changes') known = asked(since, body).version
    else return undefined
    const { changes } = session
    return { version: changes.length, changes: changes.slice(known), undone }
  }
}

/** All of a request is read, so that whoever sends too much hears of it. @throws Problem `bad-request`, `too-long` */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  let length = 0
  for await (const piece of request.setEncoding('utf8')) {
    length += piece.length
    if (length <= MOST) text += piece
  }
  if (length > MOST) throw new Problem('too-long', `A request has ${length} characters: at most ${MOST} are taken.`)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Problem('bad-request', `A request is no JSON: ${(cause as Error).message}.`, { cause })
  }
}

/** @throws Problem `bad-request` that names the first field that does not fit */
function asked<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const read = schema.safeParse(body)
  if (read.success) return read.data
  const { path, message } = read.error.issues[0]!
  throw new Problem('bad-request', `A request does not fit${path.length > 0 ? `, ${path.join('.')}` : ''}: ${message}.`)
}

const policy = (nonce: string) =>
  `default-src 'none'; script-src 'nonce-${nonce}' data:; style-src 'unsafe-inline'; img-src data:; media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

function said(response: ServerResponse, status: number, content: string | Buffer, type: string): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  })
  response.end(content)
}

const saidAsJson = (response: ServerResponse, status: number, content: object) =>
  said(response, status, JSON.stringify(content), 'application/json')

const bytesOf = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)

/** Of a request that cannot be understood, of one that cannot be done, of a fault of ours. */
function statusOf(error: unknown): number {
  if (!(error instanceof Problem)) return 500
  return error.code === 'bad-request' ? 400 : error.code === 'too-long' ? 413 : 409
}

const messageOf = (error: unknown) => {
  if (error instanceof Problem) return [error.message, error.hint].filter(Boolean).join(' ')
  return error instanceof Error ? error.message : String(error)
}
