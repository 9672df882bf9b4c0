using System.Globalization;
using Llamax.Models.Checkpoints.Gguf;
using Llamax.Models.Layers;
using Llamax.Runs;

namespace Llamax.Models.EncoderDecoder;

/// <summary>The shape of an encoder-decoder transformer: everything config.json says that changes a result.</summary>
public sealed record EncoderDecoderConfig
{
    /// <summary>
    /// The entry of <c>architectures</c> in config.json, which decides how the layers are built: M2M100ForConditionalGeneration,
    /// T5ForConditionalGeneration or MT5ForConditionalGeneration.
    /// </summary>
    public required string Architecture { get; init; }

    public required int HiddenSize { get; init; }

    public required int EncoderLayers { get; init; }

    public required int DecoderLayers { get; init; }

    public required int EncoderHeads { get; init; }

    public required int DecoderHeads { get; init; }

    /// <summary>Null = <see cref="HiddenSize"/> / heads.</summary>
    public int? HeadSize { get; init; }

    /// <summary>Width of the encoder's feed-forward layers.</summary>
    public required int EncoderIntermediateSize { get; init; }

    public required int DecoderIntermediateSize { get; init; }

    public required int VocabularySize { get; init; }

    /// <summary>
    /// Longest source and longest target, in tokens. T5 has no limit of its own: 4096 there, for the memory of its attention.
    /// </summary>
    public int MaxPositions { get; init; } = 4096;

    /// <summary>T5: buckets of distances; 0 elsewhere.</summary>
    public int RelativeBuckets { get; init; }

    /// <summary>T5: distances from here on share a bucket; 0 elsewhere.</summary>
    public int RelativeMaxDistance { get; init; }

    /// <summary>ε of the norms.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>The function inside the feed-forward layer, by transformers' name.</summary>
    public string Activation { get; init; } = "relu";

    /// <summary>Whether the feed-forward layers are gated (T5 v1.1).</summary>
    public bool IsGated { get; init; }

    /// <summary>Whether embeddings are multiplied by √<see cref="HiddenSize"/> (M2M-100).</summary>
    public bool ScaleEmbedding { get; init; }

    /// <summary>Whether the output weight is the embedding itself.</summary>
    public bool TiedHead { get; init; } = true;

    /// <summary>What a translation begins behind.</summary>
    public required int DecoderStartId { get; init; }

    /// <summary>The first token of every answer, where config.json says one; mostly the caller's target language.</summary>
    public int? ForcedBosId { get; init; }

    public int? BosId { get; init; }

    /// <summary>Every id that ends a sequence; the first is the one to write.</summary>
    public IReadOnlyList<int> EosIds { get; init; } = [];

    public required int PadId { get; init; }

    /// <summary>Reads a Hugging Face config.json.</summary>
    /// <exception cref="RequestException">Not readable, or it asks for something that is not implemented.</exception>
    public static EncoderDecoderConfig FromJson(string path) => EncoderDecoderConfigFile.Read(path);

    /// <summary>What a model on disk says of itself: the config.json of a folder or beside a file, or the keys of a GGUF file.</summary>
    /// <exception cref="RequestException">Not readable, or it asks for something that is not implemented.</exception>
    public static EncoderDecoderConfig Read(string model) => GgufFile.IsGguf(model)
        ? EncoderDecoderConfigFile.ReadGguf(model)
        : FromJson(Path.Combine(Directory.Exists(model) ? model : Path.GetDirectoryName(Path.GetFullPath(model))!, "config.json"));

    /// <summary>Whether a config.json is of an architecture that this record describes.</summary>
    /// <exception cref="RequestException">Not readable.</exception>
    public static bool Describes(string path) => EncoderDecoderConfigFile.Describes(path);

    /// <summary>The config.json that transformers loads.</summary>
    /// <param name="dtype">Name of the weights' type, for example <c>bfloat16</c>.</param>
    public string ToJson(string dtype = "float32") => EncoderDecoderConfigFile.Write(this, dtype);

    /// <summary>Learnt numbers; a tied head counts once.</summary>
    public long ParameterCount() => (long)ExactParameterCount();

    /// <summary>The row of the table.</summary>
    internal EncoderDecoderArchitecture Family => EncoderDecoderArchitecture.All.First(a => a.Name == Architecture);

    internal BlockShape Encoder => Block(Family.Tensors.Encoder, EncoderHeads, EncoderIntermediateSize);

    internal BlockShape Decoder => Block(Family.Tensors.Decoder, DecoderHeads, DecoderIntermediateSize);

    /// <summary>T5 divides by √H what a tied head sees, as the embedding was never scaled.</summary>
    internal double HeadScale => TiedHead && !Family.IsM2M ? 1 / Math.Sqrt(HiddenSize) : 1;

    /// <summary>Every learnt tensor; a tied head is none of its own.</summary>
    internal IEnumerable<TensorShape> Tensors()
    {
        var names = Family.Tensors;
        return OuterTensors()
            .Concat(LayerTensors(Encoder, EncoderLayers))
            .Concat(LayerTensors(Decoder, DecoderLayers))
            .Concat(TiedHead ? [] : [new($"{names.Head}.weight", VocabularySize, HiddenSize)]);
    }

    /// <summary>How files may name them.</summary>
    internal CheckpointNames StoredNames()
    {
        var names = Family.Tensors;
        IEnumerable<string> aliases = TiedHead ? [.. names.EmbeddingAliases, names.Head] : names.EmbeddingAliases;
        return names.Stored with { Tied = aliases.ToDictionary(alias => $"{alias}.weight", _ => $"{names.Embedding}.weight") };
    }

    public IEnumerable<OptionProblem> Problems()
    {
        if (EncoderDecoderArchitecture.All.FirstOrDefault(a => a.Name == Architecture) is not { } family)
        {
            yield return new("architectures", Architecture, "is not supported",
                $"use a model of {string.Join(", ", EncoderDecoderArchitecture.All.Select(a => a.Name))}");
            yield break;
        }

        var isT5 = !family.IsM2M;
        foreach (var (name, value) in new[]
        {
            ("d_model", HiddenSize), (isT5 ? "num_layers" : "encoder_layers", EncoderLayers),
            (isT5 ? "num_decoder_layers" : "decoder_layers", DecoderLayers), (isT5 ? "num_heads" : "encoder_attention_heads", EncoderHeads),
            (isT5 ? "num_heads" : "decoder_attention_heads", DecoderHeads), (isT5 ? "d_ff" : "encoder_ffn_dim", EncoderIntermediateSize),
            (isT5 ? "d_ff" : "decoder_ffn_dim", DecoderIntermediateSize), ("vocab_size", VocabularySize),
            ("max_position_embeddings", MaxPositions), ("d_kv", HeadSize ?? 1),
        })
        {
            if (value is < 1 or > 1 << 24)
                yield return new(name, value, "must be 1 to 16,777,216", "copy the value from the model's own config.json");
        }

        if (ExactParameterCount() > (Int128)1 << 44)
        {
            yield return new("d_model", HiddenSize, "gives more than 2^44 parameters with the other sizes",
                "check the sizes in config.json");
        }

        foreach (var (name, heads) in new[] { ("encoder_attention_heads", EncoderHeads), ("decoder_attention_heads", DecoderHeads) })
            if (HeadSize is null && heads > 0 && HiddenSize % heads != 0)
                yield return new(name, heads, $"must divide d_model = {Text(HiddenSize)}", "use a divisor of it");
        foreach (var problem in family.IsM2M ? M2MProblems() : T5Problems())
            yield return problem;
        if (!Activations.IsKnown(Activation))
        {
            yield return new(isT5 ? "feed_forward_proj" : "activation_function", Activation, "is not implemented",
                $"use one of {string.Join(", ", Activations.Names)}");
        }

        if (!(NormEpsilon > 0 && NormEpsilon < 1))
            yield return new("layer_norm_epsilon", NormEpsilon, "must be between 0 and 1", "use 1e-6");
        foreach (var (name, id) in EosIds.Select(id => ("eos_token_id", (int?)id)).Concat(
        [
            ("bos_token_id", BosId), ("pad_token_id", PadId), ("decoder_start_token_id", DecoderStartId),
            ("forced_bos_token_id", ForcedBosId),
        ]))
        {
            if (id is { } given && (given < 0 || given >= VocabularySize))
            {
                yield return new(name, given, $"must be 0 or more and below vocab_size = {Text(VocabularySize)}",
                    "use an id of the tokenizer, or null where there is none");
            }
        }
    }

    // What the family's config.json cannot say would be lost when the model is saved.
    private IEnumerable<OptionProblem> M2MProblems()
    {
        if (HeadSize is not null || IsGated || RelativeBuckets != 0 || RelativeMaxDistance != 0 || NormEpsilon != 1e-5)
        {
            yield return new("d_kv", HeadSize, $"and everything that belongs to T5 is not read by {Architecture}",
                "leave head size, gate, buckets and ε at their defaults");
        }

        if (HiddenSize % 2 != 0)
            yield return new("d_model", HiddenSize, "must be even: half of it are sines, half cosines", "use an even number");
    }

    private IEnumerable<OptionProblem> T5Problems()
    {
        if (HeadSize is null || EncoderHeads != DecoderHeads || EncoderIntermediateSize != DecoderIntermediateSize || ScaleEmbedding
            || MaxPositions != 4096)
        {
            yield return new("d_kv", HeadSize, $"must be given in {Architecture}, and encoder and decoder are of one width",
                "use the same heads and feed-forward width for both, embeddings without scale, and 4096 positions");
        }

        // The logarithm of the far buckets begins at a quarter of them where both directions have half.
        if (RelativeBuckets is < 4 or > 1 << 16 || RelativeBuckets % 2 != 0)
            yield return new("relative_attention_num_buckets", RelativeBuckets, "must be an even number from 4 to 65,536", "use 32");
        if (RelativeMaxDistance <= RelativeBuckets / 2 || RelativeMaxDistance > 1 << 24)
        {
            yield return new("relative_attention_max_distance", RelativeMaxDistance, "must be more than half the buckets",
                "use 128, as the published models");
        }
    }

    private IEnumerable<TensorShape> OuterTensors()
    {
        var names = Family.Tensors;
        yield return new($"{names.Embedding}.weight", VocabularySize, HiddenSize);
        if (names.RelativeBias is { } bias)
        {
            yield return new($"{names.Encoder.InLayer(0, bias)}.weight", RelativeBuckets, EncoderHeads);
            yield return new($"{names.Decoder.InLayer(0, bias)}.weight", RelativeBuckets, DecoderHeads);
        }

        foreach (var (block, norm) in new[] { (Encoder, names.EncoderNorm), (Decoder, names.DecoderNorm) })
            foreach (var tensor in block.NormTensors(norm, HiddenSize))
                yield return tensor;
    }

    private static IEnumerable<TensorShape> LayerTensors(BlockShape block, int layers) => Enumerable.Range(0, layers)
        .SelectMany(layer => block.Tensors().Select(tensor => tensor with { Name = block.Names.InLayer(layer, tensor.Name) }));

    // A hostile file can ask for more than 64 bits hold.
    private Int128 ExactParameterCount() => Sum(OuterTensors()) + (EncoderLayers * Sum(Encoder.Tensors()))
        + (DecoderLayers * Sum(Decoder.Tensors())) + (TiedHead ? 0 : (Int128)VocabularySize * HiddenSize);

    private static Int128 Sum(IEnumerable<TensorShape> tensors) => tensors.Aggregate((Int128)0, (sum, tensor) => sum + tensor.Length);

    private BlockShape Block(BlockNames names, int heads, int intermediate)
    {
        var headSize = HeadSize ?? HiddenSize / Math.Max(heads, 1);
        return new()
        {
            Names = names,
            HiddenSize = HiddenSize,
            Heads = heads,
            HeadSize = headSize,
            IntermediateSize = intermediate,
            IsGated = IsGated,
            HasBias = Family.IsM2M,
            Norm = Family.Norm,
            NormBias = Family.IsM2M,
            NormEpsilon = NormEpsilon,
            Activation = Activation,
            Scale = Family.IsM2M ? 1 / Math.Sqrt(headSize) : 1,
        };
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
