using System.Globalization;

namespace Llamax.Corpus.Deduplication;

/// <summary>
/// Which pair had a key first, for keys that come in the order of the corpus: the latest in a table of bounded size, the earlier ones in
/// sorted files, of which little over one byte a key stays in memory.
/// </summary>
/// <param name="path">How the files' names begin.</param>
/// <param name="keysInMemory">Keys in the table, at least 1; they do not change the answers.</param>
internal sealed class FirstOfKey(string path, int keysInMemory) : IDisposable
{
    private readonly Dictionary<UInt128, long> _latest = [];
    private readonly List<KeyRun> _runs = [];

    public void Dispose() => _runs.ForEach(run => run.Dispose());

    /// <summary>The first pair with this key; null where this one is it, which is remembered.</summary>
    public long? Before(in KeyRow row)
    {
        var key = new UInt128(row.High, row.Low);
        if (_latest.TryGetValue(key, out var first))
            return first;
        foreach (var run in _runs)
            if (run.Find(row) is { } earlier)
                return earlier;
        if (_latest.Count == keysInMemory)
            Spill();
        _latest.Add(key, row.Sequence);
        return null;
    }

    private void Spill()
    {
        KeyRow[] rows = [.. _latest.Select(one => new KeyRow((ulong)(one.Key >> 64), (ulong)one.Key, one.Value))];
        Array.Sort(rows);
        _runs.Add(new(string.Create(CultureInfo.InvariantCulture, $"{path}-{_runs.Count}"), rows));
        _latest.Clear();
    }
}
