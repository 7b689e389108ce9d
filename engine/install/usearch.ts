/** usearch, which searches by a graph of neighbours: fetched when an index is first made or used. Only its addon for this machine. */
import { type CachedLibrary, cachedLibrary } from './cached-library.js'

const VERSION = '2.21.4' // later ones want Node 22, or four times the room
const LIBRARY: CachedLibrary = {
  name: `usearch ${VERSION}`,
  folder: `usearch-${VERSION}`,
  size: '1 MB',
  packages: [
    {
      name: 'usearch',
      version: VERSION,
      integrity: 'sha512-AzavmhAfGubKOLdR3S6Rh/6dvgXqxL+6Fzs1fsgKneQG8i7oLX2Gpqsc4EfdSyKb4sQXhavIiKIguMA2R3cRaA==',
    },
  ],
  wanted: /^package\/prebuilds\/linux-x64\//,
}

/** What is used of its addon. */
export interface Usearch {
  /** 0 is the library's own choice. */
  CompiledIndex: new (
    dimensions: number,
    metric: 'cos',
    kept: 'f32' | 'bf16' | 'i8',
    connectivity: number,
    effortToAdd: number,
    effortToSearch: number,
    severalPerKey: boolean,
  ) => UsearchIndex
}
export interface UsearchIndex {
  /** @param vectors keys x dimensions @param threads 0 for all */
  add(keys: BigUint64Array, vectors: Float32Array, threads: number): void
  /** Keys and distances of the nearest of each query, and how many there are. */
  search(
    queries: Float32Array,
    count: number,
    threads: number,
  ): [keys: BigUint64Array, distances: Float32Array, counts: BigUint64Array]
  save(file: string): void
  load(file: string): void
}

/** From the cache, where it is put first if it is not there; that is said on stderr. @throws Problem `no-package` */
export async function loadUsearch(): Promise<Usearch> {
  return (await cachedLibrary(LIBRARY))('usearch/prebuilds/linux-x64/usearch.node') as Usearch
}
