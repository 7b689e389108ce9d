/** Endings of files that folders and shards are searched for. A file named by itself or by a table may end in anything. */
export const EXTENSIONS: readonly string[] =
  'aac ac3 aif aifc aiff amr au caf flac m4a m4b mka mp2 mp3 mp4 oga ogg opus snd w64 wav wave webm wma wv'.split(' ')
