using System.Globalization;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Reading;

/// <summary>
/// One file a language, line i the same sentence in all (NTREX, MASSIVE, TICO-19). Where a language has files of several varieties,
/// the one that the registry names first is read.
/// </summary>
internal sealed class LineParallelCorpus : IParallelCorpus
{
    private readonly Dictionary<Language, string> _files = [];
    private readonly List<string>? _partitions;
    private readonly string? _partition;

    /// <param name="name">The set's name.</param>
    /// <param name="folder">Where its files are: <c>CODE.txt</c> or <c>CODE.txt.gz</c>.</param>
    /// <param name="set">Whose codes the file names are.</param>
    /// <param name="partition">
    /// The partition to read, a value of the column <c>partition</c> in the folder's <c>index.tsv</c>; null reads all lines.
    /// </param>
    /// <param name="published">The file of a code in the publisher's own layout, where that is another one.</param>
    public LineParallelCorpus(
        string name, string folder, CodeSet set, string? partition = null, Func<string, string>? published = null)
    {
        (Name, Folder, _partition) = (name, folder, partition);
        if (partition is not null)
            _partitions = Partitions(folder);
        foreach (var language in LanguageRegistry.All)
            if (language.CodeIn(set) is { } code && Find($"{code}.txt", published?.Invoke(code)) is { } path)
                _files[language] = path;
        if (_files.Count == 0)
            throw new RequestException(
                $"no files of {name} as CODE.txt", folder, "bring it into this layout, one file a language, parallel by line");

        string? Find(string ours, string? theirs) =>
            CorpusFile.PlainOrCompressed(Path.Combine(folder, ours))
            ?? (theirs is null ? null : CorpusFile.PlainOrCompressed(Path.Combine(folder, theirs)));
    }

    public string Name { get; }

    public string Folder { get; }

    public IReadOnlyList<Language> Languages => [.. LanguageRegistry.All.Where(_files.ContainsKey)];

    public bool Has(Language source, Language target) => _files.ContainsKey(source) && _files.ContainsKey(target) && source != target;

    public IEnumerable<SentencePair> Pairs(Language source, Language target, MalformedLines malformed) =>
        OfPartition(MosesPairs.Read(File(source), File(target), malformed), pair => pair.Origin);

    public IEnumerable<TextLine> Lines(Language language, MalformedLines malformed) =>
        OfPartition(PlainText.Read(File(language), malformed), line => line.Origin);

    // The line's number is the end of its origin: readers leave malformed lines out, so counting them would go astray.
    private IEnumerable<T> OfPartition<T>(IEnumerable<T> lines, Func<T, string> origin)
    {
        return _partitions is null ? lines : lines.Where(line => Partition(origin(line)) == _partition);
    }

    private string Partition(string origin)
    {
        var line = int.Parse(origin.AsSpan(origin.LastIndexOf(':') + 1), NumberStyles.None, CultureInfo.InvariantCulture);
        return line <= _partitions!.Count
            ? _partitions[line - 1]
            : throw new RequestException("a line that index.tsv does not list", origin, "fetch the set again: its files differ in length");
    }

    private static List<string> Partitions(string folder)
    {
        var index = CorpusFile.PlainOrCompressed(Path.Combine(folder, "index.tsv"))
            ?? throw new RequestException("no index.tsv here, which says what is train, dev and test", folder, "fetch the set again");
        var columns = new TsvColumns { Source = "partition", Target = "1" };
        return [.. TsvPairs.Read(index, columns, new MalformedLines(strict: true)).Select(pair => pair.Source)];
    }

    private string File(Language language) =>
        _files.GetValueOrDefault(language)
        ?? throw MirrorCorpora.Lacks(this, language, Folder);
}
