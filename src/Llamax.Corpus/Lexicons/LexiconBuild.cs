using System.Globalization;
using Llamax.Corpus.Reading;
using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Runs.Progress;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Lexicons;

/// <summary>What a lexicon is made of.</summary>
public sealed record LexiconOptions
{
    /// <summary>Requests that <see cref="LexiconSource.Open"/> understands; translations of the first come first.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>Languages in any code of the registry; empty = all that the sources have.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    public LexiconHops Reach { get; init; } = LexiconHops.One;

    public IEnumerable<OptionProblem> Problems()
    {
        if (Sources.Count is 0 or > ushort.MaxValue)
            yield return new("sources", Sources.Count, "must be one at least", "name muse, panlex, a folder or a file");
        foreach (var problem in Reach.Problems())
            yield return problem;
    }
}

/// <summary>Bilingual dictionaries → one multilingual lexicon on disk (LLaMAX, §2.1, step 1).</summary>
public static class LexiconBuild
{
    /// <summary>The lexicon inside its folder.</summary>
    public const string FileName = "lexicon.bin";

    /// <summary>Writes <see cref="FileName"/> and <c>manifest.json</c>; the same sources give the same bytes.</summary>
    /// <param name="folder">Made where it is missing; an earlier lexicon there is replaced.</param>
    /// <param name="options">What goes in.</param>
    /// <param name="mirror">The folder that mirrors the public sets; null = none.</param>
    /// <param name="events">Hear of asked languages that no source has.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="RequestException">
    /// An option breaks its rule, a source cannot be read, or nothing of the asked languages is there.
    /// </exception>
    public static LexiconReport Write(
        string folder, LexiconOptions options, string? mirror, IRunEvents? events = null, CancellationToken cancellation = default)
    {
        OptionProblem.ThrowIfAny("lexicon", options.Problems());
        var asked = options.Languages.Select(code => LanguageRegistry.Find(code).Code).Distinct().ToList();
        var reach = options.Reach with { Pivots = [.. options.Reach.Pivots.Select(code => LanguageRegistry.Find(code).Code)] };
        // Between two asked languages stands a word of a pivot.
        var admitted = asked.Count == 0 ? null : asked.Concat(reach.Hops == 2 ? reach.Pivots : []).ToHashSet(StringComparer.Ordinal);
        var sources = options.Sources.Select(request => LexiconSource.Open(request, mirror)).ToList();
        var builder = new LexiconBuilder();
        var accounts = new List<LexiconSourceAccount>();
        events ??= SilentEvents.Instance;
        using (var step = events.Begin("lexicon", 0, "entry"))
            foreach (var source in sources)
                accounts.Add(Add(source, (ushort)accounts.Count, builder, admitted, step, cancellation));
        if (builder.Texts.Count == 0)
            throw NothingOf(asked, sources);

        var image = LexiconImage.Write(builder, reach, out var translations);
        using var lexicon = MultilingualLexicon.OfImage(image, "lexicon");
        var missing = asked.Where(code => lexicon.Rank(code) < 0).ToList();
        if (missing.Count > 0)
            events.Warn($"no source has an entry of {string.Join(", ", missing)}: nothing of it can be replaced");
        Directory.CreateDirectory(folder);
        File.Delete(Path.Combine(folder, Manifest.FileName));
        var path = Path.Combine(folder, FileName);
        lexicon.Save(path);
        var manifest = WriteManifest(folder, options, sources, lexicon, translations);
        return new()
        {
            Path = path,
            Sha256 = manifest.Outputs[FileName],
            Bytes = image.Length,
            Hops = reach,
            Entries = translations.Count / 2,
            Entities = lexicon.EntityCounts,
            Missing = missing,
            Sources = accounts,
            Agreements = translations.Agreements,
            Conflicts = translations.Conflicts,
            ConflictExamples = [.. translations.ConflictExamples.Select(conflict => Describe(conflict, builder, sources))],
        };
    }

    private static LexiconSourceAccount Add(
        LexiconSource source, ushort number, LexiconBuilder builder, HashSet<string>? admitted, IRunStep step,
        CancellationToken cancellation)
    {
        var malformed = new MalformedLines();
        var became = new long[Enum.GetValues<AddedEntry>().Length];
        foreach (var entry in source.Entries(admitted, malformed))
        {
            if (became.Sum() % 4096 == 0)
                cancellation.ThrowIfCancellationRequested();
            became[(int)builder.Add(entry, number)]++;
            step.Advance(1);
        }

        return new(
            source.Name, source.Files.Count(), became.Sum(), became[(int)AddedEntry.Kept], became[(int)AddedEntry.Empty],
            became[(int)AddedEntry.TooLong], became[(int)AddedEntry.SameLanguage], malformed.Count, malformed.Examples, source.PassedOver);
    }

    private static Manifest WriteManifest(
        string folder, LexiconOptions options, IReadOnlyList<LexiconSource> sources, MultilingualLexicon lexicon,
        LexiconTranslations translations)
    {
        var inputs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, number) in sources.SelectMany((source, number) => source.Files.Select(path => (path, number))))
            inputs[string.Create(CultureInfo.InvariantCulture, $"{number + 1}/{Path.GetFileName(path)}")] = Manifest.HashFile(path);
        var counts = new SortedDictionary<string, double>(StringComparer.Ordinal) { ["entries"] = translations.Count / 2 };
        foreach (var (language, count) in lexicon.EntityCounts)
            counts[$"entities.{language}"] = count;
        var hops = lexicon.Hops.Hops;
        string[] decides = [.. options.Languages, "", .. lexicon.Hops.Pivots, hops.ToString(CultureInfo.InvariantCulture)];
        var manifest = new Manifest
        {
            Command = "lexicon build",
            Key = Manifest.HashTexts([.. decides, .. inputs.Select(input => $"{input.Key} {input.Value}")]),
            Versions = Manifest.CurrentVersions,
            Inputs = inputs,
            Counts = counts,
        };
        return manifest.Write(folder, name => name == FileName);
    }

    private static RequestException NothingOf(List<string> asked, List<LexiconSource> sources)
    {
        var names = string.Join(", ", sources.Select(source => source.Name));
        return asked.Count == 0
            ? new("no entry is in these sources", names, "give dictionaries of two columns: word and translation")
            : new(
                $"the sources hold no entry between the asked languages ({string.Join(", ", asked)})", names,
                "add sources or languages; a dictionary is read only where both its languages are asked for, so name en beside the others");
    }

    private static string Describe(
        (int Word, int First, ushort FirstSource, int Second, ushort SecondSource) conflict, LexiconBuilder builder,
        List<LexiconSource> sources)
    {
        string[] codes = [.. builder.Languages];
        return $"{Entity(conflict.Word)}: {sources[conflict.FirstSource].Name} says {Entity(conflict.First)}, "
            + $"{sources[conflict.SecondSource].Name} says {Entity(conflict.Second)}";

        LexiconEntity Entity(int number) => new(codes[builder.LanguageOf[number]], builder.Texts[number]);
    }
}
