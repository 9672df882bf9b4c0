using System.Collections.Concurrent;
using System.Globalization;
using Llamax.Corpus.Reading;
using Llamax.Corpus.Sharding;
using Llamax.Runs;

namespace Llamax.Corpus.Deduplication;

/// <summary>
/// Finds pairs that have a test sentence, or a long part of one, on either side: whoever trains on them is praised for remembering.
/// </summary>
public sealed class Decontaminator : ICorpusStep
{
    private readonly DecontaminationOptions _options;
    private readonly TestSetIndex _index;
    // One for each thread that judges at the same time.
    private readonly ConcurrentBag<(List<ulong> Units, List<ulong> Hashes)> _buffers = [];

    /// <param name="texts">The test sets.</param>
    /// <param name="options">What a hit is.</param>
    /// <exception cref="RequestException">There are no test sentences, or a file cannot be read.</exception>
    public Decontaminator(IReadOnlyList<TestText> texts, DecontaminationOptions options)
    {
        OptionProblem.ThrowIfAny("corpus decontaminate", options.Problems());
        (_options, _index) = (options, new(texts, options));
        if (_index.Counts.Sum() == 0)
            throw new RequestException(
                "there are no test sentences to compare with", "",
                "set LLAMAX_DATA to the folder that mirrors the public sets, name the languages, or name files with --test");
    }

    public IReadOnlyList<string> Reasons => [.. _index.Texts.Select(text => text.Set).Distinct()];

    /// <summary>
    /// The reason is the first test set that is hit; the detail names all hit sentences, as the report counts them:
    /// <c>17=</c> is equal to sentence 17, <c>17~</c> shares an n-gram with it.
    /// </summary>
    public StepVerdict Judge(in SentencePair pair, PartCounts counts) => JudgeTexts(pair, [pair.Source, pair.Target]);

    /// <summary>The same of a pair that stands for longer text.</summary>
    /// <param name="pair">What is kept, removed or shown as an example.</param>
    /// <param name="texts">Everything that is held against the test sentences.</param>
    internal StepVerdict JudgeTexts(in SentencePair pair, ReadOnlySpan<string> texts)
    {
        var hits = new SortedDictionary<int, bool>();
        foreach (var text in texts)
            Find(text, hits);
        if (hits.Count == 0)
            return StepVerdict.Keep(pair);
        var reason = _index.Texts[_index[hits.First().Key].Text].Set;
        var detail = string.Join(
            ' ', hits.Select(hit => string.Create(CultureInfo.InvariantCulture, $"{hit.Key}{(hit.Value ? '=' : '~')}")));
        return _options.ReportOnly ? StepVerdict.Note(pair, reason, detail) : StepVerdict.Remove(reason, detail);
    }

    /// <summary>Runs the step and writes its report.</summary>
    /// <param name="request">What to read and write.</param>
    /// <param name="reportPath">Where the report of hits goes; see <see cref="ContaminationReport"/>.</param>
    /// <param name="malformed">The readers' counter.</param>
    /// <param name="events">Progress.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <returns>The step's report; null where only a shard was done.</returns>
    /// <exception cref="RequestException">The request is wrong, an input cannot be read, or shards are missing.</exception>
    public StepReport? Run(
        StepRequest request, string reportPath, MalformedLines malformed, Runs.Progress.IRunEvents events, CancellationToken cancellation)
    {
        var sets = string.Join(", ", _index.Texts.Zip(_index.Counts, (text, count) => $"{text.Set} {text.Language} {count}"));
        request = request with { Options = $"{request.Options}{_options.Description}sets: [{sets}]\n" };
        var report = NewReport();
        var result = StepRun.Run(
            request, Reasons, shard => StepRun.Judge(request, this, shard, malformed, cancellation), report.Add, malformed, events);
        if (result is not null)
            AtomicFile.WriteAllText(reportPath, report.ToJson() + "\n");
        return result;
    }

    internal ContaminationReport NewReport() => new(_index, _options);

    private void Find(string text, SortedDictionary<int, bool> hits)
    {
        if (!_buffers.TryTake(out var buffers))
            buffers = ([], []);
        var (units, hashes) = buffers;
        if (_index.Ngrams.Hash(text, units, hashes))
            Find(hashes, hits);
        _buffers.Add(buffers);
    }

    private void Find(List<ulong> hashes, SortedDictionary<int, bool> hits)
    {
        for (var i = 0; i < hashes.Count; i++)
        {
            if (!_index.Has(hashes[i]))
                continue;
            foreach (var sentence in _index.With(hashes[i]))
                hits[sentence] = hits.GetValueOrDefault(sentence) || i == 0;
        }
    }
}
