/** Where the files of a tar lie. Headers are read, and what stands between them is passed over. */
import { isUtf8 } from 'node:buffer'
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { Header, type HeaderData } from 'tar/header'
import { Pax } from 'tar/pax'
import { Problem } from '../problem.js'

/** A file in a tar. */
export interface TarMember {
  /** As the tar spells it, without `./` or `/` in front. */
  name: string
  /** First byte of its content. */
  start: number
  /** Bytes. */
  size: number
}

const BLOCK = 512
/** Byte of a header that says what kind of file it is, and what it says of a sparse one (GNU). */
const TYPE = 156
const SPARSE = 'S'.charCodeAt(0)
/** Read at once: a header with a small file and the next header behind it. */
const PAGE = 4096
/** Zeros behind the last file are rarely so many. */
const LONGEST_END = 1 << 20
/** Names and other remarks about one file are never so long. */
const LONGEST_REMARK = 1 << 20

/**
 * The files of a tar in their order: ustar, pax and GNU, with names of any length. Hard links stand for the file that
 * they name; folders, symbolic links and devices are left out.
 *
 * @throws Problem `tar-compressed`, `tar-truncated`, `tar-damaged`, `tar-sparse`, `no-data`
 */
export function tarMembers(file: string): TarMember[] {
  const tar = openTar(file)
  try {
    return [...membersOf(tar)]
  } finally {
    closeSync(tar.descriptor)
  }
}

interface OpenTar {
  file: string
  descriptor: number
  size: number
  /** Up to `length` bytes from `at`, fewer at the end. */
  read(at: number, length: number): Buffer
}

function openTar(file: string): OpenTar {
  let descriptor: number
  try {
    if (!statSync(file).isFile()) throw new Problem('no-data', `${file} is not a file.`, { place: { file } })
    descriptor = openSync(file, 'r')
  } catch (error) {
    if (error instanceof Problem) throw error
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' || code === 'ENOTDIR' ? 'there is no such file' : `it cannot be opened (${code})`
    throw new Problem('no-data', `${file}: ${why}.`, { place: { file }, cause: error })
  }
  let [page, from] = [Buffer.alloc(0), 0]
  const read = (at: number, length: number) => {
    if (at < from || at + length > from + page.length) {
      const bytes = Buffer.alloc(Math.max(length, PAGE))
      ;[page, from] = [bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, at)), at]
    }
    return page.subarray(at - from, at - from + length)
  }
  return { file, descriptor, size: fstatSync(descriptor).size, read }
}

function* membersOf(tar: OpenTar): Generator<TarMember> {
  const known = new Map<string, TarMember>()
  let everywhere: HeaderData | undefined
  let next: HeaderData | undefined
  for (let at = 0; ; ) {
    const header = headerAt(tar, at, next, everywhere)
    if (header.nullBlock) return refuseMoreBehind(tar, at)
    const { path = '', size = 0, linkpath } = header
    const start = at + BLOCK
    if (start + size > tar.size) throw truncated(tar, `'${path}' has ${tar.size - start} of ${size} bytes`)
    at = start + BLOCK * Math.ceil(size / BLOCK)
    const remark = () => remarkAt(tar, start, size)
    switch (header.type) {
      case 'GlobalExtendedHeader':
        everywhere = Pax.parse(remark(), everywhere, true)
        continue
      case 'ExtendedHeader':
      case 'OldExtendedHeader': {
        const text = remark()
        const [, sparse] = /^\d+ GNU\.sparse\.name=(.*)$/m.exec(text) ?? []
        if (sparse !== undefined) throw sparseFile(tar, sparse)
        next = Pax.parse(text, next)
        continue
      }
      case 'NextFileHasLongPath':
      case 'OldGnuLongPath':
        next = { ...next, path: withoutEnd(remark()) }
        continue
      case 'NextFileHasLongLinkpath':
        next = { ...next, linkpath: withoutEnd(remark()) }
        continue
    }
    next = undefined
    const name = plainName(path)
    const target = header.type === 'Link' ? known.get(plainName(linkpath ?? '')) : undefined
    const file = header.type === 'File' || header.type === 'OldFile' || header.type === 'ContiguousFile'
    const member = file ? { name, start, size } : target && { ...target, name }
    if (!member) continue
    known.set(name, member)
    yield member
  }
}

/** Zeros close a tar: files behind them would be left out. */
function refuseMoreBehind(tar: OpenTar, end: number): void {
  const rest = tar.read(end, LONGEST_END)
  for (let at = BLOCK; at < rest.length; at += BLOCK) {
    const block = rest.subarray(at, at + BLOCK)
    if (block.every(byte => byte === 0)) continue
    if (at > BLOCK && !(block.length === BLOCK && headerOf(block, undefined, undefined)?.cksumValid)) return
    throw new Problem(
      'tar-damaged',
      `${tar.file}: at byte ${end} it is closed by zeros, and there is more behind them.`,
      {
        place: { file: tar.file },
        hint: 'Zeros in the middle are damage: copy or download it again. Several tars in one file: tar --ignore-zeros -x -f FILE, and pack again.',
      },
    )
  }
}

function headerAt(tar: OpenTar, at: number, next: HeaderData | undefined, everywhere: HeaderData | undefined): Header {
  const block = tar.read(at, BLOCK)
  if (block.length < BLOCK) {
    if (at === 0) throw notTar(tar, block)
    throw truncated(tar, 'the mark that closes a tar is missing')
  }
  const header = headerOf(block, next, everywhere)
  if (header?.nullBlock || header?.cksumValid) {
    if (block[TYPE] === SPARSE) throw sparseFile(tar, header.path ?? '')
    return header
  }
  if (at === 0) throw notTar(tar, block)
  throw new Problem('tar-damaged', `${tar.file}: at byte ${at} there is no header of a file.`, {
    place: { file: tar.file },
    hint: 'Copy, download or pack the tar again.',
  })
}

/** Undefined if a number in it is greater than any file. */
function headerOf(block: Buffer, next: HeaderData | undefined, everywhere: HeaderData | undefined): Header | undefined {
  let header: Header
  try {
    header = new Header(block, 0, next, everywhere)
  } catch {
    return undefined
  }
  if (header.path?.includes('\ufffd') && next?.path === undefined) header.path = pathIn(block)
  if (header.linkpath?.includes('\ufffd') && next?.linkpath === undefined) header.linkpath = textIn(block, 157, 100)
  return header
}

/** Name of a header, with the folders that ustar keeps apart. */
function pathIn(block: Buffer): string {
  const folders = block.toString('latin1', 257, 263) === 'ustar\0' ? textIn(block, 345, 155) : ''
  return [...(folders === '' ? [] : [folders]), textIn(block, 0, 100)].join('/')
}

const textIn = (block: Buffer, from: number, length: number) => withoutEnd(textOf(block.subarray(from, from + length)))

/** Bytes that are not UTF-8 are letters of Latin-1: other names stay other names. */
const textOf = (bytes: Buffer) => bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1')

function remarkAt(tar: OpenTar, start: number, size: number): string {
  if (size > LONGEST_REMARK)
    throw new Problem('tar-damaged', `${tar.file}: a header of ${size} bytes.`, { place: { file: tar.file } })
  return textOf(tar.read(start, size))
}

const withoutEnd = (text: string) => text.replace(/\0[\s\S]*$/, '')
const plainName = (name: string) => name.replace(/^(\.?\/)+/, '')

const sparseFile = ({ file }: OpenTar, name: string) =>
  new Problem('tar-sparse', `${file} holds '${name}' as a sparse file, whose bytes do not lie side by side.`, {
    place: { file },
    hint: 'Pack the tar again without --sparse.',
  })

const truncated = ({ file }: OpenTar, what: string) =>
  new Problem('tar-truncated', `${file} ends too early: ${what}.`, {
    place: { file },
    hint: 'Copy or download it again. A tar that was never closed is closed by: tar --append --files-from /dev/null --file FILE',
  })

const COMPRESSED = [
  { name: 'gzip', magic: '1f8b', program: 'gunzip' },
  { name: 'bzip2', magic: '425a68', program: 'bunzip2' },
  { name: 'xz', magic: 'fd377a585a', program: 'unxz' },
  { name: 'zstd', magic: '28b52ffd', program: 'unzstd' },
] as const

function notTar({ file }: OpenTar, head: Buffer): Problem {
  const place = { file }
  const packed = COMPRESSED.find(({ magic }) => head.toString('hex').startsWith(magic))
  if (!packed) return new Problem('tar-damaged', `${file} is ${head.length === 0 ? 'empty' : 'no tar'}.`, { place })
  const { name, program } = packed
  return new Problem(
    'tar-compressed',
    `${file} is compressed (${name}): a clip cannot be read from the middle of it.`,
    {
      place,
      hint: `Sound compresses little: unpack the shard once and name the .tar. ${program} < FILE > FILE.tar`,
    },
  )
}
