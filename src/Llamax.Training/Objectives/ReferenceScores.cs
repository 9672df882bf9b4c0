using System.Buffers.Binary;
using System.Security.Cryptography;
using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Training.Collectives;
using Llamax.Training.Resuming;

namespace Llamax.Training.Objectives;

/// <summary>
/// How much more probable the better answer of each pair is to the start model, computed once: DPO needs no second model in memory.
/// </summary>
internal sealed class ReferenceScores
{
    private const int RecordLength = 24;   // the pair's key, then log p(w) − log p(l) as a double

    private readonly Dictionary<UInt128, double> _logRatios = [];

    private ReferenceScores(ReadOnlySpan<byte> records)
    {
        for (; records.Length > 0; records = records[RecordLength..])
            _logRatios[BinaryPrimitives.ReadUInt128LittleEndian(records)] = BinaryPrimitives.ReadDoubleLittleEndian(records[16..]);
    }

    /// <summary>log p(better) − log p(worse) of the start model.</summary>
    public double LogRatio(UInt128 pair) => _logRatios[pair];

    /// <summary>
    /// Reads the scores from the run's folder, where they lie under a name that start, corpus and type decide, or computes them, each rank
    /// its share of the blocks, and leaves them there. All ranks call it.
    /// </summary>
    /// <param name="corpus">The pairs.</param>
    /// <param name="folder">The training folder.</param>
    /// <param name="ranks">Share the work.</param>
    /// <param name="settings">What the name is made of.</param>
    /// <param name="createModel">The start model; only called where the scores are not there.</param>
    /// <param name="cancellation">Nothing is kept of what was cancelled; one rank's is enough.</param>
    public static ReferenceScores Get(
        IPackedCorpus corpus, string folder, ICollective ranks, TrainingSettings settings, Func<CausalModel> createModel,
        CancellationToken cancellation)
    {
        var name = Manifest.HashTexts([settings.Start, settings.Corpus, settings.DataType, settings.Device]);
        var path = Path.Combine(folder, $"reference-{name[..16]}.bin");
        var stored = ranks.Exchange(ranks.Rank == 0 ? Stored(path) : [], patience: null)[0];
        if (stored.Length > 0)
            return new(stored);
        using var model = createModel();
        var parts = ranks.Exchange(Compute(corpus, model, ranks, cancellation), patience: null);
        if (parts.Any(part => part.Length % RecordLength != 0))
            throw new OperationCanceledException(cancellation);
        byte[] records = [.. parts.SelectMany(part => part)];
        if (ranks.Rank == 0)
            AtomicFile.Write(path, stream =>
            {
                stream.Write(records);
                stream.Write(SHA256.HashData(records));
            });
        return new(records);
    }

    /// <summary>Computes the scores of all pairs, and keeps them nowhere.</summary>
    internal static ReferenceScores Of(IPackedCorpus corpus, CausalModel model) =>
        new(Compute(corpus, model, new SoleRank(), CancellationToken.None));

    /// <summary>The records of a whole file; empty where there is none.</summary>
    private static byte[] Stored(string path)
    {
        var bytes = File.Exists(path) ? File.ReadAllBytes(path) : [];
        var length = bytes.Length - SHA256.HashSizeInBytes;
        return length > 0 && length % RecordLength == 0 && SHA256.HashData(bytes.AsSpan(0, length)).AsSpan().SequenceEqual(bytes.AsSpan(length))
            ? bytes[..length]
            : [];
    }

    /// <summary>This rank's records; a single byte where it was cancelled, so that no other rank waits in vain.</summary>
    private static byte[] Compute(IPackedCorpus corpus, CausalModel model, ICollective ranks, CancellationToken cancellation)
    {
        using var records = new MemoryStream();
        var block = new PackedBlock(corpus.BlockLength);
        Span<byte> record = stackalloc byte[RecordLength];
        for (var i = ranks.Rank; i < corpus.BlockCount; i += ranks.Size)
        {
            if (cancellation.IsCancellationRequested)
                return [0];
            corpus.Read(i, block);
            foreach (var scored in PreferencePair.Score(model, block))
            {
                BinaryPrimitives.WriteUInt128LittleEndian(record, scored.Pair.Key(block));
                BinaryPrimitives.WriteDoubleLittleEndian(record[16..], scored.LogRatio);
                records.Write(record);
            }
        }

        return records.ToArray();
    }
}
