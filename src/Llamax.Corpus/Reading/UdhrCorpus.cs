using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Reading;

/// <summary>
/// The Universal Declaration of Human Rights in one TSV: Flores-101 code, text code, unit (<c>art1.1</c>), aligned, text. Rows of two
/// languages with the same unit are a pair when both are aligned.
/// </summary>
/// <remarks>Its Kurdish is in Latin script, unlike the paper's <c>ku</c>, and is left out.</remarks>
internal sealed class UdhrCorpus : IParallelCorpus
{
    private readonly Dictionary<Language, List<(string Unit, bool Aligned, TextLine Line)>> _units = [];
    private readonly string _path;

    public UdhrCorpus(string folder)
    {
        _path = CorpusFile.PlainOrCompressed(Path.Combine(folder, "udhr.tsv"))
            ?? throw new RequestException("no udhr.tsv here", folder, "fetch the set again");
        var kurdish = LanguageRegistry.Find("ku");
        foreach (var line in PlainText.Read(_path, new MalformedLines(strict: true)).Skip(1))
        {
            if (line.Text.Split('\t') is not [var code, _, var unit, var aligned, var text])
                throw new RequestException("five columns expected", line.Origin, "fetch the file again");
            if (!LanguageRegistry.TryFind(code, out var language) || language == kurdish)
                continue;
            if (!_units.TryGetValue(language, out var units))
                _units[language] = units = [];
            units.Add((unit, aligned == "1", line with { Text = text }));
        }
    }

    public string Name => "udhr";

    public string Folder => Path.GetDirectoryName(_path)!;

    public IReadOnlyList<Language> Languages => [.. LanguageRegistry.All.Where(_units.ContainsKey)];

    public bool Has(Language source, Language target) => _units.ContainsKey(source) && _units.ContainsKey(target) && source != target;

    public IEnumerable<SentencePair> Pairs(Language source, Language target, MalformedLines malformed)
    {
        var targets = Units(target).Where(unit => unit.Aligned).ToDictionary(unit => unit.Unit, unit => unit.Line.Text);
        return Units(source)
            .Where(unit => unit.Aligned && targets.ContainsKey(unit.Unit))
            .Select(unit => new SentencePair(unit.Line.Text, targets[unit.Unit], unit.Line.Origin));
    }

    public IEnumerable<TextLine> Lines(Language language, MalformedLines malformed) => Units(language).Select(unit => unit.Line);

    private List<(string Unit, bool Aligned, TextLine Line)> Units(Language language) =>
        _units.GetValueOrDefault(language)
        ?? throw MirrorCorpora.Lacks(this, language, _path);
}
