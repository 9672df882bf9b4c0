using Llamax.Corpus.Reading;
using Llamax.Pipelines.Recipes;
using Llamax.Text.Languages;

namespace Llamax.Pipelines.Data;

/// <summary>Files that a recipe names, as a corpus of one language or one pair.</summary>
internal sealed class FileCorpus(SourceOptions options) : IParallelCorpus
{
    private readonly Language _source = LanguageRegistry.Find(options.SourceLanguage!);
    private readonly Language? _target = options.TargetLanguage is { } code ? LanguageRegistry.Find(code) : null;

    public string Name => string.Join(' ', options.Files);

    public string Folder => options.Files[0];

    public IReadOnlyList<Language> Languages => _target is null ? [_source] : [_source, _target];

    public bool Has(Language source, Language target) =>
        _target is not null && ((source == _source && target == _target) || (source == _target && target == _source));

    public IEnumerable<SentencePair> Pairs(Language source, Language target, MalformedLines malformed)
    {
        var pairs = options.Kind switch
        {
            SourceKind.Moses => MosesPairs.Read(options.Files[0], options.Files[1], malformed),
            SourceKind.Jsonl => JsonLines.Pairs(options.Files[0], options.Fields[0], options.Fields[1], malformed),
            _ => TsvPairs.Read(options.Files[0], new TsvColumns(), malformed),
        };
        return source == _source ? pairs : pairs.Select(pair => pair.Swapped);
    }

    public IEnumerable<TextLine> Lines(Language language, MalformedLines malformed)
    {
        if (_target is null)
            return options.Files.SelectMany(file => PlainText.Read(file, malformed));
        return Pairs(_source, _target, malformed).Select(p => new TextLine(language == _source ? p.Source : p.Target, p.Origin));
    }
}
