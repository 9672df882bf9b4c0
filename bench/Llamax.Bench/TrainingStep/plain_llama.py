"""A plain LLaMA in eager PyTorch, as one writes it first: the peer of the benchmark training-step.

plain_llama.py MODEL.safetensors SHAPE.json BATCH.json: says "ready", then takes one optimiser step for every line on standard input and
answers with the loss and the processor seconds that the process has used so far.
"""
import json
import struct
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


def read_weights(path):
    with open(path, "rb") as file:
        data = bytearray(file.read())
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        first, last = entry["data_offsets"]
        values = torch.frombuffer(data, dtype=torch.float32, count=(last - first) // 4, offset=8 + size + first)
        tensors[name] = values.reshape(entry["shape"]).clone()
    return tensors


class Norm(nn.Module):
    def __init__(self, size, epsilon):
        super().__init__()
        self.weight, self.epsilon = nn.Parameter(torch.ones(size)), epsilon

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.epsilon) * self.weight


def turn(x, cosine, sine):
    first, second = x.chunk(2, -1)
    return x * cosine + torch.cat([-second, first], -1) * sine


class Attention(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.size, self.groups = s["headSize"], s["heads"] // s["keyValueHeads"]
        self.q_proj = nn.Linear(s["hiddenSize"], s["heads"] * s["headSize"], bias=False)
        self.k_proj = nn.Linear(s["hiddenSize"], s["keyValueHeads"] * s["headSize"], bias=False)
        self.v_proj = nn.Linear(s["hiddenSize"], s["keyValueHeads"] * s["headSize"], bias=False)
        self.o_proj = nn.Linear(s["heads"] * s["headSize"], s["hiddenSize"], bias=False)

    def forward(self, x, cosine, sine, hidden):
        batch, length, _ = x.shape
        q, k, v = (p(x).view(batch, length, -1, self.size).transpose(1, 2) for p in (self.q_proj, self.k_proj, self.v_proj))
        q, k = turn(q, cosine, sine), turn(k, cosine, sine)
        k, v = k.repeat_interleave(self.groups, 1), v.repeat_interleave(self.groups, 1)
        scores = (q @ k.transpose(2, 3) / self.size ** 0.5).masked_fill(hidden, float("-inf"))
        return self.o_proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, -1))


class FeedForward(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.gate_proj = nn.Linear(s["hiddenSize"], s["intermediateSize"], bias=False)
        self.up_proj = nn.Linear(s["hiddenSize"], s["intermediateSize"], bias=False)
        self.down_proj = nn.Linear(s["intermediateSize"], s["hiddenSize"], bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.input_layernorm, self.self_attn = Norm(s["hiddenSize"], s["normEpsilon"]), Attention(s)
        self.post_attention_layernorm, self.mlp = Norm(s["hiddenSize"], s["normEpsilon"]), FeedForward(s)

    def forward(self, x, cosine, sine, hidden):
        x = x + self.self_attn(self.input_layernorm(x), cosine, sine, hidden)
        return x + self.mlp(self.post_attention_layernorm(x))


class Body(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.s, self.embed_tokens = s, nn.Embedding(s["vocabularySize"], s["hiddenSize"])
        self.layers = nn.ModuleList([Layer(s) for _ in range(s["layers"])])
        self.norm = Norm(s["hiddenSize"], s["normEpsilon"])

    def forward(self, tokens, positions, visible):
        half = self.s["headSize"] // 2
        angles = positions.float().unsqueeze(-1) * self.s["ropeTheta"] ** (torch.arange(half).float() / -half)
        both = torch.cat([angles, angles], -1).unsqueeze(1)
        cosine, sine, x = both.cos(), both.sin(), self.embed_tokens(tokens)
        for layer in self.layers:
            x = layer(x, cosine, sine, ~visible)
        return self.norm(x)


class PlainLlama(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.model, self.lm_head = Body(s), nn.Linear(s["hiddenSize"], s["vocabularySize"], bias=False)

    def forward(self, *batch):
        return self.lm_head(self.model(*batch))


def main():
    torch.set_num_threads(1)
    with open(sys.argv[2]) as file:
        shape = json.load(file)
    with open(sys.argv[3]) as file:
        batch = {name: torch.tensor(values) for name, values in json.load(file).items()}
    model = PlainLlama(shape)
    model.load_state_dict(read_weights(sys.argv[1]))
    optimizer = torch.optim.AdamW(model.parameters(), 1e-4, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)
    segments = batch["segments"]
    visible = (segments.unsqueeze(2) == segments.unsqueeze(1)).tril().unsqueeze(1)
    print("ready", torch.__version__, flush=True)
    for _ in sys.stdin:
        optimizer.zero_grad()
        logits = model(batch["tokens"], batch["positions"], visible)
        loss = F.cross_entropy(logits.view(-1, shape["vocabularySize"]), batch["labels"].view(-1), ignore_index=-100)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        print(loss.item(), time.process_time(), flush=True)


main()
