/**
 * Programs that a decoder runs, told to whoever owns the thread it runs in: a thread that is ended in the middle of its
 * work cannot end what it started.
 */
import { BroadcastChannel, threadId } from 'node:worker_threads'

const CHANNEL = 'earshot child processes'

interface ChildProcess {
  /** Of the thread that started it. */
  thread: number
  pid: number
  running: boolean
}

/** To be called when a program has been started; what it returns, when the program is known to have ended. */
export function announce(pid: number): () => void {
  tell({ thread: threadId, pid, running: true })
  return () => tell({ thread: threadId, pid, running: false })
}

function tell(child: ChildProcess): void {
  const channel = new BroadcastChannel(CHANNEL)
  channel.postMessage(child)
  channel.close()
}

export interface Watch {
  /** Ends every program that a thread of ours has started and that is not known to have ended. */
  end(): void
  close(): void
}

/** @param ours whether a thread is one of those watched */
export function watchChildProcesses(ours: (thread: number) => boolean): Watch {
  const running = new Set<number>()
  const channel = new BroadcastChannel(CHANNEL)
  channel.unref()
  channel.onmessage = message => {
    const { thread, pid, running: runs } = (message as { data: ChildProcess }).data
    if (!ours(thread)) return
    if (runs) running.add(pid)
    else running.delete(pid)
  }
  return {
    end: () => {
      for (const pid of running) {
        try {
          process.kill(pid, 'SIGKILL')
        } catch {
          // it has ended by itself
        }
      }
      running.clear()
    },
    close: () => channel.close(),
  }
}
