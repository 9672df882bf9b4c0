using System.IO.Compression;
using System.Text;
using Llamax.Corpus.Augmentation;
using Llamax.Corpus.Catalogue;
using Llamax.Corpus.Lexicons;
using Llamax.Runs;

namespace Llamax.Bench;

/// <summary>
/// Code-switching of Flores-101's English, French, Turkish and Russian dev sentences with all of MUSE and PanLex, against the obvious
/// program: split, look up in a dictionary of strings, join.
/// </summary>
internal static class LexiconAugmentBench
{
    private static readonly (string File, string Code)[] Languages = [("eng", "en"), ("fra", "fr"), ("tur", "tr"), ("rus", "ru")];

    public static BenchReport Run(BenchOptions options)
    {
        var mirror = DataFolders.FromEnvironment().Mirror ?? throw new RequestException("LLAMAX_DATA is not set");
        var folder = Directory.CreateTempSubdirectory("llamax-bench-").FullName;
        try
        {
            var built = LexiconBuild.Write(folder, new() { Sources = ["muse", "panlex"] }, mirror);
            using var lexicon = MultilingualLexicon.Open(built.Path);
            return Measure(options, lexicon, [.. Languages.SelectMany(language => Sentences(mirror, language))]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static BenchReport Measure(BenchOptions options, MultilingualLexicon lexicon, (string Code, string Text)[] sentences)
    {
        var draws = new Draws(1, "bench");
        var words = new CodeSwitcher(lexicon, new());
        var phrases = new CodeSwitcher(lexicon, new() { LongestPhrase = 3 });
        var obvious = lexicon.Entities.GroupBy(entity => entity.Language).ToDictionary(
            group => group.Key,
            group => group.ToDictionary(entity => entity.Text, entity => lexicon.Translations(entity.Language, entity.Text).ToArray()));
        const int Passes = 5;
        void Switch(CodeSwitcher switcher)
        {
            for (var i = 0; i < Passes * sentences.Length; i++)
                switcher.Switch(sentences[i % sentences.Length].Text, sentences[i % sentences.Length].Code, draws, i);
        }

        var times = Interleaved.Measure(
            options.Repeats,
            ("split, dictionary, join", () =>
            {
                for (var i = 0; i < Passes * sentences.Length; i++)
                    GC.KeepAlive(Obvious(obvious[sentences[i % sentences.Length].Code], sentences[i % sentences.Length].Text, draws, i));
            }
        ),
            ("lexicon, the paper's single words", () => Switch(words)),
            ("lexicon, phrases of three words", () => Switch(phrases)));
        var rate = Passes * sentences.Length / BenchTimes.Median(times[1].Cpu);
        var bytes = sentences.Average(sentence => Encoding.UTF8.GetByteCount(sentence.Text));
        return new BenchReport(
            "augment",
            FormattableString.Invariant(
                $"""
                Dictionary code-switching at rate 0.3 of {Passes * sentences.Length:N0} sentences of Flores-101 dev
                ({string.Join(", ", Languages.Select(language => language.Code))}; {bytes:F0} bytes each),
                {lexicon.EntityCount:N0} entities, one thread: {rate:N0} sentences a second of the processor word by word;
                {options.Repeats} interleaved rounds after one unmeasured.
                """),
            [new("sentences", times)]);
    }

    private static string Obvious(Dictionary<string, LexiconEntity[]> dictionary, string sentence, Draws draws, int item)
    {
        var words = sentence.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < words.Length; i++)
        {
            var core = words[i].Trim('.', ',', '"', '(', ')', '!', '?', ';', ':');
            if (core.Length == 0 || !dictionary.TryGetValue(core, out var translations) || draws.Uniform(item, 3 * i) >= 0.3)
                continue;
            var languages = translations.Select(entity => entity.Language).Distinct().ToArray();
            var language = languages[draws.Below(languages.Length, item, (3 * i) + 1)];
            var offered = translations.Where(entity => entity.Language == language).ToArray();
            words[i] = words[i].Replace(core, offered[draws.Below(offered.Length, item, (3 * i) + 2)].Text, StringComparison.Ordinal);
        }

        return string.Join(' ', words);
    }

    private static IEnumerable<(string Code, string Text)> Sentences(string mirror, (string File, string Code) language)
    {
        var path = Path.Combine(mirror, "flores101", "dev", language.File + ".dev.gz");
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
            yield return (language.Code, line);
    }
}
