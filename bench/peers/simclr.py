"""The contrastive recipes as a plain PyTorch loop, for comparisons with Earshot on the same sounds.

Views, encoder, head, loss and optimiser are those of graphs/contrastive-16k.yaml with configs/pool-small.yaml: two
patches of one clip, mix-back, then the views named by --views, a small VGG, NT-Xent, SGD with a one-cycle schedule.
Needs torch, numpy, soundfile, pyarrow.

    python simclr.py SOUNDS OUT --steps 400 --views crop,companding,noise --learning-rate 0.06 --seed 0

Reads SOUNDS/pool16k/clips.tsv and the labelled sets SOUNDS/drums16k and SOUNDS/words16k; writes OUT/drums.arrow and
OUT/words.arrow (columns clip, embedding) and OUT/log.json. Features are kept in OUT/../features.npz. With --seconds the
loop ends by the clock instead, its schedule going by the share of the time that has passed.
"""
import argparse
import csv
import json
import subprocess
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import soundfile
import torch
import torch.nn.functional as F
from torch import nn

RATE, FFT, WINDOW, HOP, BANDS, FRAMES = 16000, 512, 400, 160, 64, 96


def mel_filters():
    mel = lambda hertz: 2595 * np.log10(1 + hertz / 700)
    hertz = lambda mels: 700 * (10 ** (mels / 2595) - 1)
    edges = hertz(np.linspace(mel(60), mel(7800), BANDS + 2))
    bins = np.linspace(0, RATE / 2, FFT // 2 + 1)
    rising = (bins[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    return torch.tensor(np.maximum(0, np.minimum(rising, falling)), dtype=torch.float32)


def log_mel(path, filters, window=torch.hann_window(WINDOW)):
    """Frames x bands of log10 mel power; a clip shorter than a patch is repeated."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(path), "-ac", "1", "-ar", str(RATE), "-f", "f32le", "-"]
    try:
        sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
        sound = sound.mean(1)
    except soundfile.LibsndfileError:
        rate = None
    if rate != RATE:
        sound = np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.float32)
    sound = torch.tensor(sound)
    short = int(1.025 * RATE)
    if len(sound) < short:
        sound = sound.repeat(-(-short // max(1, len(sound))))[:short]
    sound = sound - sound.mean()
    sound = sound / (sound.abs().max() + 1e-4)
    power = torch.stft(sound, FFT, HOP, WINDOW, window, return_complex=True, pad_mode="constant").abs() ** 2
    return torch.log10(power.T @ filters + 1e-6).numpy()


def read_features(sounds, cache):
    """Log-mel frames of the pool's clips of at least two seconds, and of both labelled sets, by file name."""
    if cache.exists():
        return np.load(cache, allow_pickle=True)["sets"].item()
    rows = lambda name, table: list(csv.DictReader(open(sounds / name / table, newline=""), delimiter="\t"))
    files = {
        "pool": [sounds / "pool16k" / row["file"] for row in rows("pool16k", "clips.tsv") if float(row["seconds"]) >= 2],
        "drums": [sounds / "drums16k" / row["file"] for row in rows("drums16k", "labels.tsv")],
        "words": [sounds / "words16k" / row["file"] for row in rows("words16k", "labels.tsv")],
    }
    filters = mel_filters()
    sets = {name: {file.name: log_mel(file, filters) for file in paths} for name, paths in files.items()}
    np.savez(cache, sets=np.array(sets, dtype=object))
    return sets


class Views:
    """Both views of a batch of clips, in the order of the graph."""

    def __init__(self, clips, options, rng):
        self.clips, self.options, self.rng = clips, options, rng
        every = np.concatenate([clip.ravel() for clip in clips])
        self.mean, self.deviation = float(every.mean()), float(every.std())

    def batch(self, size):
        pairs = [self.pair(index) for index in self.rng.choice(len(self.clips), size, replace=False)]
        return [torch.tensor(np.stack(side)[:, None]) for side in zip(*pairs)]

    def pair(self, index):
        clip, rng = self.clips[index], self.rng
        a, b = self.starts(len(clip) - FRAMES + 1)
        patches = [clip[a : a + FRAMES], clip[b : b + FRAMES]]
        ratio = rng.uniform(0, self.options.background)
        others = [other + (other >= index) for other in rng.choice(len(self.clips) - 1, 2, replace=False)]
        if self.options.background > 0:
            backgrounds = [self.random_patch(other) for other in others]
            equal = self.options.energy == "equal"
            patches = [mix_back(patch, other, ratio, equal) for patch, other in zip(patches, backgrounds)]
        return [(self.distort(patch) - self.mean) / self.deviation for patch in patches]

    def starts(self, count):
        a, b = self.rng.integers(0, count, 2)
        if self.options.pairs == "same":
            return a, a
        if self.options.pairs == "disjoint":
            while abs(a - b) < FRAMES:
                a, b = self.rng.integers(0, count, 2)
        return a, b

    def random_patch(self, index):
        start = self.rng.integers(0, len(self.clips[index]) - FRAMES + 1)
        return self.clips[index][start : start + FRAMES]

    def distort(self, patch):
        rng, views = self.rng, self.options.views
        if "crop" in views:
            patch = resized_crop(patch, rng)
        if "companding" in views:
            patch = patch * rng.uniform(0.75, 1)
        if "spec-augment" in views:
            patch = spec_augment(patch, rng)
        if "noise" in views:
            patch = patch + rng.normal(0, rng.uniform(0, 0.01), patch.shape)
        return patch.astype(np.float32)


def mix_back(foreground, background, ratio, equal):
    x, b = 10.0**foreground, 10.0**background
    return np.log10((1 - ratio) * x + ratio * (x.sum() / b.sum() if equal else 1) * b)


def resized_crop(patch, rng):
    area = rng.uniform(0.8, 1) * FRAMES * BANDS
    aspect = np.exp(rng.uniform(np.log(3 / 4), np.log(4 / 3)))
    height = min(FRAMES, round(np.sqrt(area * aspect)))
    width = min(BANDS, round(np.sqrt(area / aspect)))
    top, left = rng.integers(0, FRAMES - height + 1), rng.integers(0, BANDS - width + 1)
    piece = torch.tensor(patch[None, None, top : top + height, left : left + width])
    return F.interpolate(piece, (FRAMES, BANDS), mode="bilinear", align_corners=False)[0, 0].numpy()


def spec_augment(patch, rng):
    patch, low = patch.copy(), patch.min()
    for _ in range(2):
        width = rng.integers(0, 13)
        start = rng.integers(0, BANDS - width + 1)
        patch[:, start : start + width] = low
        width = rng.integers(0, 20)
        start = rng.integers(0, FRAMES - width + 1)
        patch[start : start + width] = low
    return patch


class Encoder(nn.Module):
    def __init__(self, widths=(16, 32, 64, 128)):
        super().__init__()
        blocks, channels = [], 1
        for width in widths:
            blocks += [nn.Conv2d(channels, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2)]
            channels = width
        self.blocks, self.size = nn.Sequential(*blocks), 2 * channels

    def forward(self, x):
        x = self.blocks(x.to(memory_format=torch.channels_last))
        return torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)


def nt_xent(a, b, temperature=0.2):
    z = F.normalize(torch.cat([a, b]))
    similarity = z @ z.T / temperature
    similarity.fill_diagonal_(float("-inf"))
    return F.cross_entropy(similarity, torch.arange(len(z)).roll(len(a)))


@torch.no_grad()
def embed(encoder, views, mels, hop=48):
    """Mean embedding of each clip over patches every 0.48 s."""
    encoder.eval()
    rows = {}
    for name, mel in mels.items():
        starts = range(0, max(1, len(mel) - FRAMES + 1), hop)
        patches = torch.tensor(np.stack([mel[s : s + FRAMES] for s in starts])[:, None])
        rows[name] = encoder((patches - views.mean) / views.deviation).mean(0).numpy()
    encoder.train()
    return rows


def write(rows, file):
    flat = pa.array(np.concatenate(list(rows.values())).astype(np.float32))
    size = len(next(iter(rows.values())))
    table = pa.table({"clip": list(rows), "embedding": pa.FixedSizeListArray.from_arrays(flat, size)})
    with pa.ipc.new_file(str(file), table.schema) as writer:
        writer.write_table(table)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sounds", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--seconds", type=float, help="end by the clock instead of by steps")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--learning-rate", type=float, default=0.06)
    parser.add_argument("--views", default="crop,companding,noise", type=lambda text: text.split(","))
    parser.add_argument("--pairs", default="random", choices=["random", "same", "disjoint"])
    parser.add_argument("--background", default=0.05, type=float, help="largest ratio of mix-back; 0 for none")
    parser.add_argument("--energy", default="equal", choices=["equal", "none"], help="energy rule of mix-back")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    sets = read_features(options.sounds, options.out.parent / "features.npz")
    views = Views(list(sets["pool"].values()), options, np.random.default_rng(options.seed))
    encoder = Encoder().to(memory_format=torch.channels_last)
    head = nn.Sequential(nn.Linear(encoder.size, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Linear(512, 128))
    weights = [*encoder.parameters(), *head.parameters()]
    optimiser = torch.optim.SGD(weights, options.learning_rate, momentum=0.9, weight_decay=1e-4)
    rate = lambda done: options.learning_rate * one_cycle(done)
    began, step = time.time(), 0
    while True:
        spent = time.time() - began
        done = spent / options.seconds if options.seconds else step / options.steps
        if done >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = rate(done)
        a, b = views.batch(options.batch)
        loss = nt_xent(head(encoder(a)), head(encoder(b)))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        step += 1
    seconds = time.time() - began
    for name in ("drums", "words"):
        write(embed(encoder, views, sets[name]), options.out / f"{name}.arrow")
    log = {"steps": step, "seconds": round(seconds, 1), "loss": loss.item(), "learningRate": options.learning_rate}
    (options.out / "log.json").write_text(json.dumps(log))
    print(json.dumps(log))


def one_cycle(done, warm_up=0.1, start=1 / 25, end=1 / 25e4):
    """Cosine from `start` up to 1 and down to `end`, as torch.optim.lr_scheduler.OneCycleLR."""
    low, high, share = (start, 1, done / warm_up) if done < warm_up else (end, 1, 1 - (done - warm_up) / (1 - warm_up))
    return low + (high - low) * (1 - np.cos(np.pi * share)) / 2


if __name__ == "__main__":
    main()
