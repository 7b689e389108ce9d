import { closeSync, openSync, readSync } from 'node:fs'

/** Files open for reading, at most `limit` at once: the one not read for longest is closed first. */
export class OpenFiles {
  private readonly descriptors = new Map<string, number>()

  constructor(private readonly limit: number) {}

  /** Fills `bytes` from `position`. @returns how many bytes there were @throws Error of node:fs if it cannot be opened */
  read(path: string, bytes: Uint8Array, position: number): number {
    const descriptor = this.open(path)
    let got = 0
    while (got < bytes.length) {
      const more = readSync(descriptor, bytes, got, bytes.length - got, position + got)
      if (more === 0) break
      got += more
    }
    return got
  }

  /** Closes a file; it is opened again when it is read again. */
  forget(path: string): void {
    const descriptor = this.descriptors.get(path)
    if (descriptor === undefined) return
    this.descriptors.delete(path)
    closeSync(descriptor)
  }

  private open(path: string): number {
    const known = this.descriptors.get(path)
    const descriptor = known ?? openSync(path, 'r')
    if (known !== undefined) this.descriptors.delete(path)
    this.descriptors.set(path, descriptor)
    if (this.descriptors.size > this.limit) this.forget(this.descriptors.keys().next().value!)
    return descriptor
  }
}
