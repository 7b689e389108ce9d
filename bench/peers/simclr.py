"""The contrastive recipes as a PyTorch loop of the usual kind, for comparisons with Earshot on the same features.

Views, encoder, head, loss, optimiser and schedule are those of graphs/contrastive-16k.yaml with
configs/contrastive-study.yaml: two patches of one clip, mix-back, the views named by --views, a small VGG, NT-Xent, SGD
with torch's OneCycleLR. A DataLoader with one worker makes the views ahead of the training step.
Needs torch, numpy, pyarrow, safetensors.

    python simclr.py SETS OUT --steps 400 --views crop,companding,noise --learning-rate 0.06 --seed 0

SETS holds for each set NAME.tsv, with the columns clip, frames, and labels if there are any, and NAME.f32, the log-mel
frames of its clips one after the other (float32, 64 bands), as bench/recipes/features.ts writes them. The set `training`
is learned from; every other is embedded into OUT/NAME.arrow with its labels. OUT/log.json is written when all is done.
The weights are kept in OUT/encoder-STEP.safetensors, every --keep-every steps, by Earshot's names: encoders.ts
reads them.
"""
import argparse
import csv
import itertools
import json
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn
from torch.utils.data import DataLoader, IterableDataset

BANDS, FRAMES = 64, 96


def read_set(folder, name):
    """Rows of the table, and log-mel frames x bands of each."""
    rows = list(csv.DictReader(open(folder / f"{name}.tsv", newline="", encoding="utf8"), delimiter="\t"))
    values = np.fromfile(folder / f"{name}.f32", np.float32).reshape(-1, BANDS)
    ends = np.cumsum([int(row.pop("frames")) for row in rows])
    return rows, np.split(values, ends[:-1])


class Views(IterableDataset):
    """Both views of batches of clips without end, in the order of the graph; each epoch hears every clip once at most."""

    def __init__(self, clips, options):
        self.clips, self.options, self.rng = clips, options, np.random.default_rng(options.seed)
        every = np.concatenate([clip.ravel() for clip in clips])
        self.mean, self.deviation = float(every.mean(dtype=np.float64)), float(every.std(dtype=np.float64))

    def __iter__(self):
        size = self.options.batch
        while True:
            order = self.rng.permutation(len(self.clips))
            for start in range(0, len(order) - size + 1, size):
                pairs = [self.pair(index) for index in order[start : start + size]]
                yield [torch.tensor(np.stack(side)[:, None]) for side in zip(*pairs)]

    def pair(self, index):
        clip, rng = self.clips[index], self.rng
        a, b = self.starts(len(clip) - FRAMES + 1)
        patches = [clip[a : a + FRAMES], clip[b : b + FRAMES]]
        if self.options.background > 0:
            ratio = rng.uniform(0, self.options.background)
            others = [other + (other >= index) for other in rng.choice(len(self.clips) - 1, 2, replace=False)]
            backgrounds = [self.random_patch(other) for other in others]
            equal = self.options.energy == "equal"
            patches = [mix_back(patch, other, ratio, equal) for patch, other in zip(patches, backgrounds)]
        return [((self.distort(patch) - self.mean) / self.deviation).astype(np.float32) for patch in patches]

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
        return patch


def mix_back(foreground, background, ratio, equal):
    x, b = 10.0**foreground, 10.0**background
    return np.log10((1 - ratio) * x + ratio * (x.sum() / b.sum() if equal else 1) * b)


def resized_crop(patch, rng):
    """Area and aspect of the rectangle are relative to the patch's own."""
    side = np.sqrt(rng.uniform(0.8, 1))
    stretch = np.exp(rng.uniform(np.log(0.75), np.log(1.3333)) / 2)
    height, width = min(FRAMES, round(FRAMES * side * stretch)), min(BANDS, round(BANDS * side / stretch))
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
    def __init__(self, widths):
        super().__init__()
        blocks, channels = [], 1
        for width in widths:
            blocks += [nn.Conv2d(channels, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2)]
            channels = width
        self.blocks, self.size = nn.Sequential(*blocks), 2 * channels

    def forward(self, x):
        x = self.blocks(x.to(memory_format=torch.channels_last))
        return torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)


def earshot_weights(encoder, head):
    """By the names and in the layouts of a checkpoint of graphs/contrastive-16k.yaml."""

    def norm(layer):
        return {"scale": layer.weight, "offset": layer.bias, "mean": layer.running_mean, "variance": layer.running_var}

    def dense(layer):
        return {"weight": layer.weight.T, "bias": layer.bias}

    blocks = zip(encoder.blocks[::4], encoder.blocks[1::4])
    layers = {f"encoder.block{at}": {"filter": a.weight.permute(2, 3, 1, 0), **norm(b)} for at, (a, b) in enumerate(blocks)}
    first, middle, _, second = head
    layers |= {f"projection.{name}": of for name, of in [("first", dense(first)), ("norm", norm(middle)), ("second", dense(second))]}
    named = {f"{layer}.{name}": tensor for layer, tensors in layers.items() for name, tensor in tensors.items()}
    return {name: tensor.detach().contiguous() for name, tensor in named.items()}


def nt_xent(a, b, temperature=0.2):
    z = F.normalize(torch.cat([a, b]))
    similarity = z @ z.T / temperature
    similarity.fill_diagonal_(float("-inf"))
    return F.cross_entropy(similarity, torch.arange(len(z)).roll(len(a)))


def train(encoder, views, options):
    """Seconds do not count the wait for the first batch, nor the work before it; `after_10` are those after 10 steps."""
    head = nn.Sequential(nn.Linear(encoder.size, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Linear(512, 128))
    weights = [*encoder.parameters(), *head.parameters()]
    optimiser = torch.optim.SGD(weights, options.learning_rate, momentum=0.9, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.learning_rate, options.steps, pct_start=0.1)
    batches = DataLoader(views, batch_size=None, num_workers=1, prefetch_factor=4)
    for step, (a, b) in enumerate(itertools.islice(batches, options.steps)):
        if step == 0:
            began = time.perf_counter()
        if step == 10:
            ten = time.perf_counter()
        loss = nt_xent(head(encoder(a)), head(encoder(b)))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if (step + 1) % options.keep_every == 0:
            save_file(earshot_weights(encoder, head), options.out / f"encoder-{step + 1}.safetensors")
    ended = time.perf_counter()
    after = {"after_10": ended - ten} if options.steps > 10 else {}
    return {"steps": options.steps, "seconds": ended - began, **after, "loss": loss.item()}


@torch.no_grad()
def embed(encoder, views, mels, hop=48):
    """Mean embedding of each clip over patches every 0.48 s."""
    encoder.eval()
    embeddings = []
    for mel in mels:
        starts = range(0, len(mel) - FRAMES + 1, hop)
        patches = torch.tensor(np.stack([mel[start : start + FRAMES] for start in starts])[:, None])
        embeddings.append(encoder((patches - views.mean) / views.deviation).mean(0).numpy())
    return np.stack(embeddings)


def write(rows, embeddings, file):
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    values = pa.FixedSizeListArray.from_arrays(pa.array(embeddings.ravel()), embeddings.shape[1])
    table = pa.table({**columns, "embedding": values})
    with pa.ipc.new_file(str(file), table.schema) as writer:
        writer.write_table(table)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", type=Path, help="folder of features")
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--learning-rate", type=float, default=0.06, help="the peak")
    parser.add_argument("--views", default="crop,companding,noise", type=lambda text: text.split(","))
    parser.add_argument("--pairs", default="random", choices=["random", "same", "disjoint"])
    parser.add_argument("--background", default=0.05, type=float, help="largest ratio of mix-back; 0 for none")
    parser.add_argument("--energy", default="equal", choices=["equal", "none"], help="energy rule of mix-back")
    parser.add_argument("--widths", default=[16, 32, 64, 128], type=lambda text: [int(width) for width in text.split(",")])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--keep-every", type=int, default=400, help="steps between two files of weights")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    views = Views(read_set(options.sets, "training")[1], options)
    encoder = Encoder(options.widths).to(memory_format=torch.channels_last)
    log = train(encoder, views, options)
    for name in sorted(file.stem for file in options.sets.glob("*.tsv") if file.stem != "training"):
        rows, mels = read_set(options.sets, name)
        write(rows, embed(encoder, views, mels), options.out / f"{name}.arrow")
    (options.out / "log.json").write_text(json.dumps(log))
    print(json.dumps(log))


if __name__ == "__main__":
    main()
