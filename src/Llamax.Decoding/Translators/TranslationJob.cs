using System.Globalization;
using Llamax.Runs.Progress;

namespace Llamax.Decoding.Translators;

/// <summary>
/// One line or a million: texts that say the same are translated once, texts of like length together, every batch is kept in a log before
/// the next begins, and results come in the order of the requests. What the log knows already is not translated again, and the rest falls
/// into the same batches as if nothing had happened: a job that was killed goes on, and gives the bytes of an undisturbed one.
/// </summary>
/// <param name="inner">Translates; disposed with this one.</param>
/// <param name="log">What was translated before; stays the caller's.</param>
/// <param name="fingerprint">Names the model and every option that decides a translation.</param>
/// <param name="events">Hears of progress and of texts that failed; null = nobody.</param>
/// <param name="time">Measures the pace; null = the system's clock.</param>
public sealed class TranslationJob(
    ITranslator inner, TranslationLog log, string fingerprint, IRunEvents? events = null, TimeProvider? time = null) : ITranslator
{
    /// <summary>Texts that are read ahead, to be sorted by length.</summary>
    private const int Window = 1024;

    /// <summary>Texts between two entries of the log.</summary>
    private const int Batch = 64;

    private readonly IRunEvents _events = events ?? SilentEvents.Instance;
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>What failed and is not kept by the log, of the present window.</summary>
    private readonly Dictionary<UInt128, Translation> _failed = [];

    /// <summary>How many requests will come, for the time that is left; 0 = unknown.</summary>
    public long Total { get; init; }

    public IEnumerable<Translation> Translate(IEnumerable<TranslationRequest> requests, CancellationToken cancellation = default)
    {
        var total = Total > 0 ? Total : requests.TryGetNonEnumeratedCount(out var count) ? count : 0;
        using var step = _events.Begin("translate", total, "text");
        var pace = new Pace(_time, total);
        var (done, failed, cut) = (0L, 0L, 0L);
        foreach (var window in requests.Chunk(Window))
        {
            var keys = Array.ConvertAll(window, request => TranslationLog.Key(fingerprint, request));
            TranslateMissing(window, keys, step, pace, cancellation);
            for (var i = 0; i < window.Length; i++)
            {
                var translation = log.Find(keys[i], window[i]) ?? _failed[keys[i]] with { Request = window[i] };
                done++;
                failed += translation.Problem is null ? 0 : 1;
                cut += translation.IsCut ? 1 : 0;
                yield return translation;
            }
        }

        if (failed > 0 || cut > 0)
            _events.Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"{failed:N0} of {done:N0} texts failed; {cut:N0} answers were cut at the limit of new tokens"));
    }

    public void Dispose() => inner.Dispose();

    private void TranslateMissing(
        TranslationRequest[] window, UInt128[] keys, IRunStep step, Pace pace, CancellationToken cancellation)
    {
        _failed.Clear();
        var missing = Enumerable.Range(0, window.Length)
            .Where(i => log.Find(keys[i], window[i]) is null)
            .GroupBy(i => keys[i])
            .OrderByDescending(same => window[same.First()].Text.Length)
            .ToList();
        step.Advance(window.Length - missing.Sum(same => same.Count()));
        foreach (var batch in missing.Chunk(Batch))
        {
            var translated = inner.Translate([.. batch.Select(same => window[same.First()])], cancellation).Zip(batch).ToList();
            log.Append(translated.Select(pair => (pair.Second.Key, pair.First)));
            foreach (var (translation, same) in translated)
                if (translation.Problem is not null)
                    _failed[same.Key] = translation;
            var texts = batch.Sum(same => same.Count());
            step.Advance(texts);
            step.Status(pace.After(texts));
        }
    }

    /// <summary>Texts per second since the first that had to be translated, and the time that is left at that pace.</summary>
    private sealed class Pace(TimeProvider time, long total)
    {
        private readonly long _started = time.GetTimestamp();
        private long _translated;

        public string After(int texts)
        {
            _translated += texts;
            var perSecond = _translated / Math.Max(time.GetElapsedTime(_started).TotalSeconds, 1e-3);
            var left = total > _translated ? $", {TimeSpan.FromSeconds((total - _translated) / perSecond):h\\:mm\\:ss} left" : "";
            return string.Create(CultureInfo.InvariantCulture, $"{perSecond:0.0} sentences/s{left}");
        }
    }
}
