using Llamax.Models.Causal;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Llamax.Bench.TrainingStep;

// B batch, S length, H hidden, N heads, K key/value heads, D head size

/// <summary>The LLaMA that one writes first: modules, attention spelt out, repeated key/value heads, all logits.</summary>
internal sealed class PlainLlama : nn.Module<Tensor, Tensor, Tensor, Tensor>
{
    private readonly Embedding _embedding;
    private readonly ModuleList<PlainBlock> _blocks;
    private readonly PlainNorm _norm;
    private readonly Linear _head;
    private readonly CausalConfig _config;

    public PlainLlama(CausalConfig config)
        : base(nameof(PlainLlama))
    {
        _config = config;
        _embedding = nn.Embedding(config.VocabularySize, config.HiddenSize);
        _blocks = nn.ModuleList(Enumerable.Range(0, config.Layers).Select(_ => new PlainBlock(config)).ToArray());
        _norm = new PlainNorm(config.HiddenSize, config.NormEpsilon);
        _head = nn.Linear(config.HiddenSize, config.VocabularySize, hasBias: false);
        RegisterComponents();
    }

    /// <summary>Logits [B, S, V] of tokens [B, S] at positions [B, S]; visible [B, 1, S, S], true = may attend.</summary>
    public override Tensor forward(Tensor tokens, Tensor positions, Tensor visible)
    {
        var half = _config.HeadSize / 2;
        var frequencies = pow(_config.RopeTheta, arange(half, ScalarType.Float32) / -half);
        var angles = positions.to(ScalarType.Float32).unsqueeze(-1) * frequencies;
        var both = cat([angles, angles], -1).unsqueeze(1);
        var (cosine, sine) = (both.cos(), both.sin());
        var hidden = _embedding.forward(tokens);
        var hiddenMask = visible.logical_not();
        foreach (var block in _blocks)
            hidden = block.forward(hidden, cosine, sine, hiddenMask);
        return _head.forward(_norm.forward(hidden));
    }

    /// <summary>Takes over the weights of the other implementation.</summary>
    public void CopyFrom(CausalModel model)
    {
        using var frozen = no_grad();
        _embedding.weight!.copy_(model["model.embed_tokens.weight"]);
        _norm.Weight.copy_(model["model.norm.weight"]);
        _head.weight!.copy_(model["lm_head.weight"]);
        for (var layer = 0; layer < _blocks.Count; layer++)
            _blocks[layer].CopyFrom(name => model[$"model.layers.{layer}.{name}.weight"]);
    }
}

internal sealed class PlainBlock : nn.Module<Tensor, Tensor, Tensor, Tensor, Tensor>
{
    private readonly CausalConfig _config;
    private readonly PlainNorm _attentionNorm;
    private readonly Linear _query;
    private readonly Linear _key;
    private readonly Linear _value;
    private readonly Linear _output;
    private readonly PlainNorm _mlpNorm;
    private readonly Linear _gate;
    private readonly Linear _up;
    private readonly Linear _down;

    public PlainBlock(CausalConfig config)
        : base(nameof(PlainBlock))
    {
        _config = config;
        var (hidden, wide) = (config.HiddenSize, config.IntermediateSize);
        _attentionNorm = new PlainNorm(hidden, config.NormEpsilon);
        _query = nn.Linear(hidden, config.Heads * config.HeadSize, hasBias: false);
        _key = nn.Linear(hidden, config.KeyValueHeads * config.HeadSize, hasBias: false);
        _value = nn.Linear(hidden, config.KeyValueHeads * config.HeadSize, hasBias: false);
        _output = nn.Linear(config.Heads * config.HeadSize, hidden, hasBias: false);
        _mlpNorm = new PlainNorm(hidden, config.NormEpsilon);
        _gate = nn.Linear(hidden, wide, hasBias: false);
        _up = nn.Linear(hidden, wide, hasBias: false);
        _down = nn.Linear(wide, hidden, hasBias: false);
        RegisterComponents();
    }

    public override Tensor forward(Tensor hidden, Tensor cosine, Tensor sine, Tensor hiddenMask)
    {
        var (batch, length) = (hidden.shape[0], hidden.shape[1]);
        var normed = _attentionNorm.forward(hidden);
        Tensor Heads(Linear projection) => projection.forward(normed).view(batch, length, -1, _config.HeadSize).transpose(1, 2);
        var groups = _config.Heads / _config.KeyValueHeads;
        var query = Turn(Heads(_query), cosine, sine);
        var key = Turn(Heads(_key), cosine, sine).repeat_interleave(groups, 1);
        var value = Heads(_value).repeat_interleave(groups, 1);
        var scores = query.matmul(key.transpose(2, 3)) / Math.Sqrt(_config.HeadSize);
        var mixed = nn.functional.softmax(scores.masked_fill(hiddenMask, double.NegativeInfinity), -1).matmul(value);
        hidden = hidden + _output.forward(mixed.transpose(1, 2).reshape(batch, length, -1));
        normed = _mlpNorm.forward(hidden);
        return hidden + _down.forward(nn.functional.silu(_gate.forward(normed)) * _up.forward(normed));
    }

    public void CopyFrom(Func<string, Tensor> weight)
    {
        _attentionNorm.Weight.copy_(weight("input_layernorm"));
        _query.weight!.copy_(weight("self_attn.q_proj"));
        _key.weight!.copy_(weight("self_attn.k_proj"));
        _value.weight!.copy_(weight("self_attn.v_proj"));
        _output.weight!.copy_(weight("self_attn.o_proj"));
        _mlpNorm.Weight.copy_(weight("post_attention_layernorm"));
        _gate.weight!.copy_(weight("mlp.gate_proj"));
        _up.weight!.copy_(weight("mlp.up_proj"));
        _down.weight!.copy_(weight("mlp.down_proj"));
    }

    private static Tensor Turn(Tensor heads, Tensor cosine, Tensor sine)
    {
        var parts = heads.chunk(2, -1);
        return heads * cosine + cat([-parts[1], parts[0]], -1) * sine;
    }
}

internal sealed class PlainNorm : nn.Module<Tensor, Tensor>
{
    private readonly double _epsilon;

    public PlainNorm(long size, double epsilon)
        : base(nameof(PlainNorm))
    {
        _epsilon = epsilon;
        Weight = nn.Parameter(ones(size));
        RegisterComponents();
    }

    public Parameter Weight { get; }

    public override Tensor forward(Tensor hidden) => hidden * rsqrt(hidden.square().mean([-1L], keepdim: true) + _epsilon) * Weight;
}
