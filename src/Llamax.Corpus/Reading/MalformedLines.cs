using System.Globalization;
using Llamax.Runs;

namespace Llamax.Corpus.Reading;

/// <summary>
/// Counts the lines that a reader could not use and keeps the first few with file, line and reason, so that nothing is dropped
/// silently. One counter may serve several readers and threads, and a file that is read several times is counted once.
/// </summary>
/// <param name="strict">Whether the first malformed line ends the reading with an error.</param>
public sealed class MalformedLines(bool strict = false)
{
    private const int KeptExamples = 10;

    private readonly Lock _lock = new();
    private readonly List<string> _examples = [];

    // A pass goes through a file in order, so what lies before the last counted item was counted by an earlier pass.
    private readonly Dictionary<string, (long LastItem, long Count)> _files = new(StringComparer.Ordinal);
    private long _count;

    /// <summary>Malformed lines so far.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Malformed lines of each file that has some.</summary>
    public IReadOnlyDictionary<string, long> ByFile
    {
        get
        {
            lock (_lock)
                return _files.ToDictionary(file => file.Key, file => file.Value.Count, StringComparer.Ordinal);
        }
    }

    /// <summary>The first ten, as <c>corpus/en-ha.tsv:10482: 1 column found, 2 expected</c>.</summary>
    public IReadOnlyList<string> Examples
    {
        get
        {
            lock (_lock)
                return [.. _examples];
        }
    }

    /// <param name="file">The file.</param>
    /// <param name="line">Its line, from 1.</param>
    /// <param name="what">What is wrong with it.</param>
    /// <param name="mend">What to do about it.</param>
    /// <exception cref="RequestException">The counter is strict.</exception>
    internal void Add(string file, long line, string what, string mend) => Add(file, line, CorpusFile.Origin(file, line), what, mend);

    /// <summary>As the other, of something that is no line of its own.</summary>
    /// <param name="file">The file.</param>
    /// <param name="item">Its number in the file, growing.</param>
    /// <param name="origin">How messages name it.</param>
    /// <param name="what">What is wrong with it.</param>
    /// <param name="mend">What to do about it.</param>
    /// <exception cref="RequestException">The counter is strict.</exception>
    internal void Add(string file, long item, string origin, string what, string mend)
    {
        if (strict)
            throw new RequestException(what, origin, mend);
        lock (_lock)
        {
            var (last, count) = _files.GetValueOrDefault(file);
            if (item <= last)
                return;
            _files[file] = (item, count + 1);
            Interlocked.Increment(ref _count);
            if (_examples.Count < KeptExamples)
                _examples.Add(string.Create(CultureInfo.InvariantCulture, $"{origin}: {what}"));
        }
    }
}
