using System.Globalization;
using Llamax.Runs;

namespace Llamax.Corpus.Sharding;

/// <summary>What a step did to a corpus.</summary>
public sealed class StepReport
{
    private readonly Dictionary<string, RemovedSample> _samples = [];
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _removed;
    private readonly Draws _draws;
    private readonly int _samplesPerReason;

    internal StepReport(IEnumerable<string> reasons, ulong seed, int samplesPerReason)
    {
        _removed = reasons.ToDictionary(reason => reason, _ => 0L, StringComparer.Ordinal);
        (_draws, _samplesPerReason) = (new(seed, "samples of removed lines"), samplesPerReason);
    }

    /// <summary>Pairs (or lines) that were read.</summary>
    public long Read { get; private set; }

    public long Kept { get; private set; }

    /// <summary>The first pairs that the output's format cannot hold, and why; their number is the count <c>unwritable</c>.</summary>
    public IReadOnlyList<string> Unwritable { get; private set; } = [];

    /// <summary>Lines that the readers could not use.</summary>
    public long Malformed { get; internal set; }

    /// <summary>Reason → pairs removed (or noted) for it, the most frequent first.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Removed =>
        [.. _removed.OrderByDescending(reason => reason.Value).ThenBy(reason => reason.Key, StringComparer.Ordinal)];

    /// <summary>What else was counted, for example <c>changed.whitespace</c>.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>Examples of what was removed for a reason: origin, source and target.</summary>
    public IEnumerable<Reading.SentencePair> Samples(string reason) =>
        _samples.TryGetValue(reason, out var sample) ? sample.Pairs.Select(pair => pair.Pair) : [];

    /// <summary>For example <c>kept 812,331 of 1,000,000 pairs (81.2 %); top reason: mostLengthRatio (98,210)</c>.</summary>
    /// <param name="unit">In the plural.</param>
    public string Summary(string unit)
    {
        var share = Read == 0 ? 100 : 100.0 * Kept / Read;
        var text = string.Create(CultureInfo.InvariantCulture, $"kept {Kept:N0} of {Read:N0} {unit} ({share:0.0} %)");
        return Removed is [var top, ..] && top.Value > 0
            ? text + string.Create(CultureInfo.InvariantCulture, $"; top reason: {top.Key} ({top.Value:N0})")
            : text;
    }

    /// <summary>Pairs that the output's format cannot hold were not kept after all.</summary>
    internal void TakeBack(Reading.MalformedLines refused)
    {
        if (refused.Count == 0)
            return;
        Kept -= refused.Count;
        _counts["unwritable"] = refused.Count;
        Unwritable = refused.Examples;
    }

    internal void Add(JudgedPart part)
    {
        (Read, Kept) = (Read + part.Read, Kept + part.Kept.Count);
        foreach (var (name, count) in part.Counts.All)
            _counts[name] = _counts.GetValueOrDefault(name) + count;
        foreach (var pair in part.Removed)
        {
            _removed[pair.Reason] = _removed.GetValueOrDefault(pair.Reason) + 1;
            if (!_samples.TryGetValue(pair.Reason, out var sample))
                _samples[pair.Reason] = sample = new(_draws, _samplesPerReason);
            sample.Add(pair);
        }
    }
}
