using System.Globalization;
using Llamax.Models.Checkpoints.Gguf;
using Llamax.Models.Layers;
using Llamax.Runs;

namespace Llamax.Models.Causal;

/// <summary>The shape of a decoder-only transformer: everything config.json says that changes a result.</summary>
public sealed record CausalConfig
{
    /// <summary>
    /// The entry of <c>architectures</c> in config.json, which decides how the layers are built: LlamaForCausalLM,
    /// MistralForCausalLM, Qwen2ForCausalLM, CohereForCausalLM or GPT2LMHeadModel.
    /// </summary>
    public string Architecture { get; init; } = "LlamaForCausalLM";

    public required int HiddenSize { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    public required int Layers { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key/value heads; divides <see cref="Heads"/>. Equal = multi-head, 1 = multi-query attention.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of one head, even with rotary positions; need not be <see cref="HiddenSize"/> / <see cref="Heads"/>.</summary>
    public required int HeadSize { get; init; }

    public required int VocabularySize { get; init; }

    /// <summary>Longest sequence the model was made for, in tokens.</summary>
    public int MaxPositions { get; init; } = 2048;

    public double RopeTheta { get; init; } = 10000;

    /// <summary>Null = none.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>ε of the norms.</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>The function inside the feed-forward layer, by transformers' name: <c>silu</c>, <c>gelu_new</c>, …</summary>
    public string Activation { get; init; } = "silu";

    /// <summary>Factor of the logits (Cohere); 1 elsewhere.</summary>
    public double LogitScale { get; init; } = 1;

    /// <summary>Whether the output weight is the embedding itself.</summary>
    public bool TiedHead { get; init; }

    public bool QueryKeyValueBias { get; init; }

    public bool AttentionOutputBias { get; init; }

    /// <summary>A token sees itself and the window − 1 tokens before it; null = all before it.</summary>
    public int? SlidingWindow { get; init; }

    public int? BosId { get; init; }

    /// <summary>Every id that ends a sequence; the first is the one to write.</summary>
    public IReadOnlyList<int> EosIds { get; init; } = [];

    public int? PadId { get; init; }

    /// <summary>Reads a Hugging Face config.json.</summary>
    /// <exception cref="RequestException">Not readable, or it asks for something that is not implemented.</exception>
    public static CausalConfig FromJson(string path) => CausalConfigFile.Read(path);

    /// <summary>What a model on disk says of itself: the config.json of a folder or beside a file, or the keys of a GGUF file.</summary>
    /// <exception cref="RequestException">Not readable, or it asks for something that is not implemented.</exception>
    public static CausalConfig Read(string model) => GgufFile.IsGguf(model)
        ? CausalConfigFile.ReadGguf(model)
        : FromJson(Path.Combine(Directory.Exists(model) ? model : Path.GetDirectoryName(Path.GetFullPath(model))!, "config.json"));

    /// <summary>The config.json that transformers loads.</summary>
    /// <param name="dtype">Name of the weights' type, for example <c>bfloat16</c>.</param>
    public string ToJson(string dtype = "float32") => CausalConfigFile.Write(this, dtype);

    /// <summary>Learnt numbers; a tied head counts once.</summary>
    public long ParameterCount() => (long)ExactParameterCount();

    /// <summary>The row of the table; <see cref="Problems"/> has no other complaint about the architecture where there is one.</summary>
    internal CausalArchitecture Family => CausalArchitecture.All.First(a => a.Name == Architecture);

    /// <summary>Every learnt tensor in Hugging Face's order; a tied head is none of its own.</summary>
    internal IEnumerable<TensorShape> Tensors()
    {
        foreach (var tensor in OuterTensors().Where(tensor => !IsBehindLayers(tensor)))
            yield return tensor;
        for (var layer = 0; layer < Layers; layer++)
            foreach (var tensor in LayerTensors())
                yield return tensor with { Name = Family.Tensors.InLayer(layer, tensor.Name) };
        foreach (var tensor in OuterTensors().Where(IsBehindLayers))
            yield return tensor;
    }

    /// <summary>How files may name them.</summary>
    internal CheckpointNames StoredNames()
    {
        var names = Family.Tensors;
        return TiedHead
            ? names.Stored with { Tied = new Dictionary<string, string> { [$"{names.Head}.weight"] = $"{names.Embedding}.weight" } }
            : names.Stored;
    }

    /// <summary>[headSize / 2] radians per position.</summary>
    internal double[] RotaryFrequencies()
    {
        var frequencies = new double[HeadSize / 2];
        for (var i = 0; i < frequencies.Length; i++)
        {
            var frequency = Math.Pow(RopeTheta, -2.0 * i / HeadSize);
            frequencies[i] = RopeScaling?.Stretch(frequency) ?? frequency;
        }

        return frequencies;
    }

    // A hostile file can ask for more than 64 bits hold.
    private Int128 ExactParameterCount() =>
        OuterTensors().Aggregate((Int128)0, (sum, tensor) => sum + tensor.Length)
        + (Layers * LayerTensors().Aggregate((Int128)0, (sum, tensor) => sum + tensor.Length));

    private bool IsBehindLayers(TensorShape tensor) =>
        tensor.Name.StartsWith($"{Family.Tensors.FinalNorm}.", StringComparison.Ordinal) || tensor.Name == $"{Family.Tensors.Head}.weight";

    private IEnumerable<TensorShape> OuterTensors()
    {
        var names = Family.Tensors;
        yield return new($"{names.Embedding}.weight", VocabularySize, HiddenSize);
        if (names.Positions is { } positions)
            yield return new($"{positions}.weight", MaxPositions, HiddenSize);
        foreach (var tensor in NormTensors(names.FinalNorm))
            yield return tensor;
        if (!TiedHead)
            yield return new($"{names.Head}.weight", VocabularySize, HiddenSize);
    }

    private IEnumerable<TensorShape> LayerTensors()
    {
        var names = Family.Tensors;
        long query = (long)Heads * HeadSize, keyValue = (long)KeyValueHeads * HeadSize;
        var mlpBias = Family.Bias == ProjectionBias.Everywhere;
        long[] widths = names.QueryKeyValue.Count == 1 ? [query + (2 * keyValue)] : [query, keyValue, keyValue];
        return
        [
            .. NormTensors(names.AttentionNorm),
            .. names.QueryKeyValue.Zip(widths)
                .SelectMany(part => ProjectionTensors(part.First, HiddenSize, part.Second, QueryKeyValueBias)),
            .. ProjectionTensors(names.AttentionOutput, query, HiddenSize, AttentionOutputBias),
            .. NormTensors(names.MlpNorm),
            .. ProjectionTensors(names.Gate, HiddenSize, IntermediateSize, mlpBias),
            .. ProjectionTensors(names.Up, HiddenSize, IntermediateSize, mlpBias),
            .. ProjectionTensors(names.Down, IntermediateSize, HiddenSize, mlpBias),
        ];
    }

    private IEnumerable<TensorShape> NormTensors(string? name)
    {
        if (name is null)
            yield break;
        yield return new($"{name}.weight", HiddenSize);
        if (Family.NormBias)
            yield return new($"{name}.bias", HiddenSize);
    }

    private IEnumerable<TensorShape> ProjectionTensors(string? name, long input, long output, bool bias)
    {
        if (name is null)
            yield break;
        yield return Family.IsTransposed ? new($"{name}.weight", input, output) : new($"{name}.weight", output, input);
        if (bias)
            yield return new($"{name}.bias", output);
    }

    public IEnumerable<OptionProblem> Problems()
    {
        if (CausalArchitecture.All.FirstOrDefault(a => a.Name == Architecture) is not { } family)
        {
            yield return new("architectures", Architecture, "is not supported",
                $"use a model of {string.Join(", ", CausalArchitecture.All.Select(a => a.Name))}");
            yield break;
        }

        foreach (var problem in FamilyProblems(family))
            yield return problem;
        foreach (var (name, value) in new[]
        {
            ("hidden_size", HiddenSize), ("intermediate_size", IntermediateSize), ("num_hidden_layers", Layers),
            ("num_attention_heads", Heads), ("num_key_value_heads", KeyValueHeads), ("head_dim", HeadSize),
            ("vocab_size", VocabularySize), ("max_position_embeddings", MaxPositions),
        })
        {
            if (value is < 1 or > 1 << 24)
                yield return new(name, value, "must be 1 to 16,777,216", "copy the value from the model's own config.json");
        }

        if (ExactParameterCount() > (Int128)1 << 44)
        {
            yield return new("hidden_size", HiddenSize, "gives more than 2^44 parameters with the other sizes",
                "check the sizes in config.json");
        }

        if (KeyValueHeads > 0 && Heads % KeyValueHeads != 0)
        {
            yield return new("num_key_value_heads", KeyValueHeads, $"must divide num_attention_heads = {Text(Heads)}",
                "use a divisor of it");
        }

        if (HeadSize % 2 != 0 && family.Positions != PositionKind.Learnt)
        {
            yield return new("head_dim", HeadSize, "must be even: rotary positions turn pairs",
                "choose hidden_size / num_attention_heads even");
        }

        if (!(RopeTheta > 0) || double.IsInfinity(RopeTheta))
            yield return new("rope_theta", RopeTheta, "must be positive", "use 10000, or 500000 as Llama 3");
        if (!(NormEpsilon > 0 && NormEpsilon < 1))
            yield return new(family.Keys.NormEpsilon, NormEpsilon, "must be between 0 and 1", "use 1e-5");
        if (SlidingWindow is < 1)
            yield return new("sliding_window", SlidingWindow, "must be at least 1", "use null for attention over everything");
        if (RopeScaling is { } scaling)
        {
            if (!(scaling.Factor >= 1) || double.IsInfinity(scaling.Factor))
                yield return new("rope_scaling.factor", scaling.Factor, "must be at least 1", "Llama 3.1 uses 8");
            if (scaling.Kind == RopeScalingKind.Llama3 && !(scaling.LowFrequencyFactor < scaling.HighFrequencyFactor))
            {
                yield return new("rope_scaling.low_freq_factor", scaling.LowFrequencyFactor, "must be below high_freq_factor",
                    "Llama 3.1 uses 1 and 4");
            }

            if (scaling.OriginalMaxPositions < 1)
            {
                yield return new("rope_scaling.original_max_position_embeddings", scaling.OriginalMaxPositions, "must be at least 1",
                    "Llama 3.1 uses 8192");
            }
        }

        foreach (var (name, id) in EosIds.Select(id => ("eos_token_id", (int?)id))
            .Prepend(("bos_token_id", BosId)).Append(("pad_token_id", PadId)))
        {
            if (id is { } given && (given < 0 || given >= VocabularySize))
            {
                yield return new(name, given, $"must be 0 or more and below vocab_size = {Text(VocabularySize)}",
                    "use an id of the tokenizer, or null where there is none");
            }
        }
    }

    /// <summary>What the family's config.json cannot say would be lost when the model is saved.</summary>
    private IEnumerable<OptionProblem> FamilyProblems(CausalArchitecture family)
    {
        if (SlidingWindow is not null && !family.HasWindow)
            yield return new("sliding_window", SlidingWindow, $"is not read by {Architecture}", "leave it out");
        var (inputBias, outputBias) = family.Bias switch
        {
            ProjectionBias.None => (false, false),
            ProjectionBias.QueryKeyValue => (true, false),
            ProjectionBias.Everywhere => (true, true),
            _ => (QueryKeyValueBias, QueryKeyValueBias),
        };
        if ((QueryKeyValueBias, AttentionOutputBias) != (inputBias, outputBias))
        {
            yield return new("attention_bias", QueryKeyValueBias, $"is another for query, key, value or output in {Architecture}",
                "give all four a bias or none as the architecture does");
        }

        if (!Activations.IsKnown(Activation))
        {
            yield return new(family.Keys.Activation, Activation, "is not implemented",
                $"use one of {string.Join(", ", Activations.Names)}");
        }

        if (LogitScale != 1 && family.Keys.LogitScale is null)
            yield return new("logit_scale", LogitScale, $"is not read by {Architecture}", "leave it out");
        if (!double.IsFinite(LogitScale) || LogitScale == 0)
            yield return new("logit_scale", LogitScale, "must be a number other than 0", "Aya-23 uses 0.0625");
        if (family.Positions == PositionKind.Learnt && RopeScaling is not null)
            yield return new("rope_scaling", RopeScaling.Kind, $"is not read by {Architecture}", "leave it out");
        if (family.Keys.KeyValueHeads is null && KeyValueHeads != Heads)
            yield return new("num_key_value_heads", KeyValueHeads, $"is not read by {Architecture}", $"use {Text(Heads)}, the heads");
        if (family.Keys.HeadSize is null && (Int128)HeadSize * Heads != HiddenSize)
        {
            yield return new("head_dim", HeadSize, $"is not read by {Architecture}",
                $"use {family.Keys.HiddenSize} / {family.Keys.Heads}");
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
