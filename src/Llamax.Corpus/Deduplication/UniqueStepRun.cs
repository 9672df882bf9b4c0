using Llamax.Corpus.Reading;
using Llamax.Corpus.Sharding;
using Llamax.Runs;
using Llamax.Runs.Progress;

namespace Llamax.Corpus.Deduplication;

/// <summary>
/// A step and exact deduplication of what it keeps, in one pass: the output is that of the step followed by <see cref="DedupRun"/>, and
/// the corpus is read and written once.
/// </summary>
/// <param name="request">What to read and write; whole, not a shard: a shard does not see the pairs of the others.</param>
/// <param name="step">The step.</param>
/// <param name="keysInMemory">Pairs of which memory holds the keys, 64 bytes each; earlier ones lie on disk. It changes no result.</param>
public sealed class UniqueStepRun(StepRequest request, ICorpusStep step, int keysInMemory = 1 << 22)
{
    private const string Reason = "duplicate";

    private static readonly DedupOptions Exact = new();

    private readonly PairKeys _keys = new(Exact);

    /// <exception cref="RequestException">The request is wrong, or an input cannot be read.</exception>
    public StepReport Run(MalformedLines malformed, IRunEvents events, CancellationToken cancellation)
    {
        if (request.Shard is not null || request.Merge is not null)
            throw new RequestException(
                "--dedup does not go with --shard or --merge: a shard does not see the pairs of the others", "--dedup",
                "clean in shards, merge, then use llamax corpus dedup");
        OptionProblem.ThrowIfAny(request.Command, request.Problems());
        var path = Path.GetFullPath(request.OutputFiles[0]) + ".seen";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var seen = new FirstOfKey(path, keysInMemory);
        return StepRun.Run(
            request with { Options = request.Options + Exact.Description }, [.. step.Reasons, Reason],
            shard => Judge(shard, seen, malformed, cancellation), _ => { }, malformed, events)!;
    }

    private IEnumerable<JudgedPart> Judge(Shard shard, FirstOfKey seen, MalformedLines malformed, CancellationToken cancellation) =>
        OrderedWork.Do(CorpusPart.Of(request.Inputs, shard, malformed, cancellation), request.Threads, Keyed)
            .Select(one => Unique(one.Part, one.Judged, one.Keys, seen));

    /// <summary>A judged part and the keys of what was kept of it, which threads make.</summary>
    private (CorpusPart Part, JudgedPart Judged, List<KeyRow> Keys) Keyed(CorpusPart part)
    {
        var judged = JudgedPart.Of(part, step);
        var gone = judged.Removed.Select(pair => pair.Sequence).ToHashSet();
        List<KeyRow> keys = new(judged.Kept.Count);
        for (var place = 0; place < part.Pairs.Count; place++)
            if (!gone.Contains(part.Sequence(place)))
                _keys.Add(judged.Kept[keys.Count], part.Sequence(place), keys);
        return (part, judged, keys);
    }

    private JudgedPart Unique(CorpusPart part, JudgedPart judged, List<KeyRow> keys, FirstOfKey seen)
    {
        List<SentencePair> kept = new(keys.Count);
        List<RemovedPair> removed = [];
        for (var i = 0; i < keys.Count; i++)
        {
            var sequence = keys[i].Sequence;
            if (seen.Before(keys[i]) is { } first)
                removed.Add(new(sequence, Reason, NameOf(first), part.Pairs[(int)(sequence - part.Sequence(0))]));
            else
                kept.Add(judged.Kept[i]);
        }

        return judged with { Kept = kept, Removed = [.. judged.Removed.Concat(removed).OrderBy(pair => pair.Sequence)] };
    }

    private string NameOf(long sequence)
    {
        var (file, place) = CorpusPart.PlaceOf(sequence);
        return FormattableString.Invariant($"pair {place + 1} of {request.Inputs[file].Name}");
    }
}
