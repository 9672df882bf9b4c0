using Llamax.Models.Causal;
using Llamax.Models.Layers;
using Llamax.Training.Collectives;
using Llamax.Training.Loop;
using Llamax.Training.Objectives;
using Llamax.Training.Optimizers;

namespace Llamax.Training.Planning;

/// <summary>The memory of one process of a run, by part. Every formula is what the code beside it allocates.</summary>
public sealed record MemoryPlan
{
    private const int Fp32 = 4;

    /// <summary>Bytes by part, in the order in which they come to be.</summary>
    public required IReadOnlyList<MemoryPart> Parts { get; init; }

    /// <summary>All parts on the device: they are alive at once in the first layer of a backward pass while a checkpoint is written.</summary>
    public long Peak => Parts.Where(part => !part.IsElsewhere).Sum(part => part.Bytes);

    /// <summary>Bytes of a part; 0 where the run has none.</summary>
    public long Bytes(string part) => Parts.FirstOrDefault(one => one.Name == part)?.Bytes ?? 0;

    /// <summary>Learnt numbers of the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>Learnt numbers that move.</summary>
    public required long TrainedParameters { get; init; }

    /// <summary>Bytes of one checkpoint on the disk, over all processes.</summary>
    public required long CheckpointBytes { get; init; }

    /// <summary>Bytes of the model alone on the disk.</summary>
    public required long ModelBytes { get; init; }

    /// <param name="config">The model.</param>
    /// <param name="options">How it is trained.</param>
    /// <param name="blockLength">Tokens of a block.</param>
    /// <param name="isHalf">bf16 weights with fp32 masters, else fp32.</param>
    /// <param name="ranks">Processes that share the work.</param>
    /// <param name="device">Its program comes first; checkpoints are copied into the memory of the host.</param>
    /// <param name="writesCheckpoints">Whether one is written while steps go on.</param>
    public static MemoryPlan Of(
        CausalConfig config, TrainingOptions options, int blockLength, bool isHalf, int ranks, PlannedDevice device, bool writesCheckpoints)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(device);
        var type = isHalf ? 2 : Fp32;
        var all = new ParameterLayout([.. config.Tensors()]);
        var adapter = options.Lora is { } lora ? Adapter(config, lora) : [];
        var moved = options.Lora is null
            ? new ParameterLayout([.. config.Tensors().Where(tensor => TrainedPart.Includes(options.Trained, tensor.Name))])
            : new ParameterLayout(adapter);
        var own = Shard.Of(moved.Length, ranks)[0].Length;
        var tokens = (long)options.BlocksPerMicroBatch * blockLength;
        var moving = options.Lora is null ? all.Length : moved.Length;
        MemoryPart[] parts =
        [
            new("program", device.ProgramBytes),
            new("weights", all.Length * type),
            new("adapter", options.Lora is null ? 0 : moved.Length * type),
            new("gradients", moved.Length * type * options.Workers),
            new("accumulators", isHalf ? moved.Length * Fp32 : 0),
            new("moments", 2 * own * Fp32),
            new("master weights", isHalf ? own * Fp32 : 0),
            new("activations", options.Workers * Activations(config, options, tokens, type)),
            new("backward", options.Workers * Backward(config, moved, tokens, type)),
            new("logits", options.Workers * Logits(config, tokens, isHalf)),
            new("mask", options.Workers * Mask(config, options, blockLength, type)),
            new("checkpoint copy", writesCheckpoints ? (moving * type) + ((isHalf ? 3 : 2) * own * Fp32) : 0, !device.IsHost),
        ];
        return new()
        {
            Parts = [.. parts.Where(part => part.Bytes > 0)],
            Parameters = config.ParameterCount(),
            TrainedParameters = moved.Slices.Sum(slice => slice.Shape.Aggregate(1L, (product, size) => product * size)),
            CheckpointBytes = (moving * type) + ((isHalf ? 3 : 2) * moved.Length * Fp32),
            ModelBytes = all.Length * type,
        };
    }

    /// <summary>
    /// What the graph keeps of a micro-batch until the backward pass. A layer keeps its input, the inner and outer result of both norms,
    /// queries, keys, values, what attention mixed, and four times the width of the feed-forward: gate, its activation, up, their product.
    /// </summary>
    private static long Activations(CausalConfig config, TrainingOptions options, long tokens, int type)
    {
        long hidden = config.HiddenSize, query = (long)config.Heads * config.HeadSize, keyValue = (long)config.KeyValueHeads * config.HeadSize;
        var wide = (config.Family.Tensors.Gate is null ? 2L : 4L) * config.IntermediateSize;
        var norms = config.Family.Tensors.MlpNorm is null ? 1 : 2;
        var layer = (1 + (2 * norms)) * hidden + (2 * query) + (2 * keyValue) + wide + (norms * hidden);
        var outside = 4 * hidden;   // the final norm and the rows that predict
        return options.RecomputeActivations
            ? tokens * type * ((config.Layers * hidden) + layer + outside)
            : tokens * type * ((config.Layers * layer) + outside);
    }

    /// <summary>
    /// What a backward pass needs for a moment: gradients of the widest part of a layer, and that of the largest trained matrix before it
    /// is added to the others.
    /// </summary>
    private static long Backward(CausalConfig config, ParameterLayout moved, long tokens, int type)
    {
        var matrix = moved.Slices.Select(slice => slice.Shape.Aggregate(1L, (product, size) => product * size)).DefaultIfEmpty(0).Max();
        var layer = tokens * ((3L * config.IntermediateSize) + (2L * config.HiddenSize));
        return Math.Max(matrix, layer) * type;
    }

    /// <summary>Logits and log-probabilities of one chunk; in bf16 the rounded logits as well.</summary>
    private static long Logits(CausalConfig config, long tokens, bool isHalf) =>
        Math.Min(tokens, ChunkedCrossEntropy.ChunkRows(config.VocabularySize)) * config.VocabularySize * ((2 * Fp32) + (isHalf ? 2 : 0));

    /// <summary>Who may see whom, once as bool, and once per kept layer as the numbers that attention adds.</summary>
    private static long Mask(CausalConfig config, TrainingOptions options, int blockLength, int type) =>
        (long)options.BlocksPerMicroBatch * blockLength * blockLength * (1 + ((options.RecomputeActivations ? 1L : config.Layers) * type));

    private static TensorShape[] Adapter(CausalConfig config, LoraOptions lora) =>
    [
        .. config.Tensors()
            .Where(tensor => tensor.Sizes.Length > 1
                && lora.Targets.Any(target => tensor.Name.EndsWith($".{target}.weight", StringComparison.Ordinal)))
            .SelectMany(tensor => new TensorShape[]
            {
                new($"{tensor.Name}.A", lora.Rank, tensor.Sizes[1]), new($"{tensor.Name}.B", tensor.Sizes[0], lora.Rank),
            }),
    ];
}

/// <summary>One part of the memory of a process.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Bytes">How much.</param>
/// <param name="IsElsewhere">In the memory of the host, while the others are on an accelerator.</param>
public sealed record MemoryPart(string Name, long Bytes, bool IsElsewhere = false);
