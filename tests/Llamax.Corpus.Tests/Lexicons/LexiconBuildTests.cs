using System.IO.Compression;
using System.Text;
using Llamax.Corpus.Lexicons;
using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Testing;

namespace Llamax.Corpus.Tests.Lexicons;

public sealed class LexiconBuildTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_published_form_is_read()
    {
        _folder.Write("in/en-de.txt", "dog hund\nwell-known bekannt\n");
        _folder.Write("in/eng-ind.tsv", "sugar cane\ttebu\n");
        _folder.Write("in/bli/id-ka.train.tsv", "manusia\tადამიანი\n");
        _folder.Write("in/bli/id-ka.test.tsv", "orang\tკაცი\n");
        using (var gzip = new GZipStream(File.Create(_folder["in", "en_hi.tsv.gz"]), CompressionMode.Compress))
            gzip.Write("a lot of\tबहुत\n"u8);
        _folder.Write("in/zho_trad.tsv", "Monday\t星期一\tday\n");
        _folder.Write(
            "in/wn-wikt-eng.tab",
            "# Wiktionary\teng\n1-n\teng:lemma\tdomestic_dog\n1-n\teng:def\tan animal\n2-n\teng:lemma\tcat\n");
        _folder.Write("in/wn-wikt-fra.tab", "# Wiktionary\tfra\n1-n\tfra:lemma\tchien\n9-n\tfra:lemma\toiseau\n\n");
        _folder.Write("in/readme.md", "no dictionary");
        _folder.Write("in/hbs-en.tsv", "x\ty\n");
        var report = Build([_folder["in"]]);
        Assert.Equal(7, report.Entries);
        using var lexicon = MultilingualLexicon.Open(_folder["out"]);
        Assert.Equal("tebu_id", Only(lexicon, "en", "Sugar Cane"));
        Assert.Equal("ადამიანი_ka", Only(lexicon, "id", "manusia"));
        Assert.Equal("a lot of_en", Only(lexicon, "hi", "बहुत"));
        Assert.Equal("星期一_zhtrad", Only(lexicon, "en", "monday"));
        Assert.Equal("domestic dog_en", Only(lexicon, "fr", "chien"));
        Assert.Equal("well-known_en", Only(lexicon, "de", "bekannt"));
        Assert.False(lexicon.Contains("id", "orang"));

        var account = Assert.Single(report.Sources);
        Assert.Equal((7, 7L, 1L), (account.Files, account.Kept, account.Malformed));
        Assert.Equal(
            ["bli/id-ka.test.tsv: a test set", "hbs-en.tsv: its name says no languages of the paper",
                "readme.md: its name says no languages of the paper"],
            account.PassedOver);
    }

    [Fact]
    public void The_manifest_has_the_checksum_and_the_entities_of_every_language()
    {
        var file = _folder.Write("words.tsv", "dog\tHund\ndog\tKöter\n");
        var report = Build([$"en-de={file}"]);
        var manifest = Manifest.TryRead(_folder["out"])!;
        Assert.Equal(Manifest.HashFile(report.Path), manifest.Outputs["lexicon.bin"]);
        Assert.Equal((2.0, 1.0), (manifest.Counts["entities.de"], manifest.Counts["entities.en"]));
        Assert.Equal(Manifest.HashFile(file), Assert.Single(manifest.Inputs).Value);
        Assert.Equal(report.Sha256, Build([$"en-de={file}"]).Sha256);
    }

    [Fact]
    public void Only_entries_between_asked_languages_and_the_pivot_are_read()
    {
        var files = new[] { Pairs("en-de", "dog\tHund\n"), Pairs("en-fr", "dog\tchien\n"), Pairs("de-es", "Hund\tperro\n") };
        Assert.Equal(["de", "en"], Build(files, new() { Languages = ["deu", "en"] }).Entities.Keys.Order());
        var two = Build(files, new() { Languages = ["de", "fr"], Reach = new() { Hops = 2 } });
        Assert.Equal(["de", "en", "fr"], two.Entities.Keys.Order());
        using var lexicon = MultilingualLexicon.Open(_folder["out"]);
        Assert.Contains("chien_fr", lexicon.Translations("de", "hund").Select(entity => entity.ToString()));
    }

    [Fact]
    public void A_built_lexicon_is_a_source_too()
    {
        Build([Pairs("en-de", "dog\tHund\ncat\tKatze\n")]);
        Directory.Move(_folder["out"], _folder["earlier"]);
        var report = Build([_folder["earlier"], Pairs("en-fr", "dog\tchien\n")]);
        Assert.Equal(3, report.Entries);
        using var lexicon = MultilingualLexicon.Open(_folder["out"]);
        Assert.Equal(["hund_de", "chien_fr"], lexicon.Translations("en", "dog").Select(entity => entity.ToString()));
    }

    [Fact]
    public void Conflicts_between_sources_are_counted_and_shown()
    {
        _folder.Write("a/en-de.tsv", "bank\tBank\nbank\tUfer\ndog\tHund\ncat\tKatze\ncat\tKater\n");
        _folder.Write("b/en-de.tsv", "bank\tbank\ndog\tRüde\nbird\tVogel\n");
        var report = Build([_folder["a"], _folder["b"]]);
        // bank_en and bank_de are confirmed; dog_en is contradicted; cat and bird are known to one source.
        Assert.Equal((2L, 1L), (report.Agreements, report.Conflicts));
        Assert.Equal($"dog_en: {_folder["a"]} says hund_de, {_folder["b"]} says rüde_de", Assert.Single(report.ConflictExamples));
    }

    [Fact]
    public void A_language_that_no_source_has_is_said_and_nothing_at_all_is_refused()
    {
        var events = new RecordedEvents();
        var report = Build([Pairs("en-de", "dog\tHund\n")], new() { Languages = ["en", "de", "kam"] }, events);
        Assert.Equal(["kam"], report.Missing);
        Assert.Contains("kam", Assert.Single(events.Warnings), StringComparison.Ordinal);
        var error = Assert.Throws<RequestException>(() => Build([Pairs("en-de", "dog\tHund\n")], new() { Languages = ["kam", "en"] }));
        Assert.Contains("no entry between the asked languages (kam, en)", error.Message, StringComparison.Ordinal);
        Assert.Contains("no entry is in these sources",
            Assert.Throws<RequestException>(() => Build([Pairs("en-de", "nothing\n")])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_that_say_nothing_are_counted_by_reason()
    {
        var account = Assert.Single(
            Build([Pairs("en-de", $"dog\tHund\n\tleer\nlong\t{new string('x', 129)}\none column\n")]).Sources);
        Assert.Equal((3L, 1L, 1L, 1L, 1L), (account.Entries, account.Kept, account.Empty, account.TooLong, account.Malformed));
        Assert.Contains(":4: 1 column found, 2 expected", Assert.Single(account.MalformedExamples), StringComparison.Ordinal);
    }

    [Fact]
    public void Sources_that_cannot_be_read_are_refused()
    {
        var words = _folder.Write("words.tsv", "dog\tHund\n");
        Assert.Contains("en-de=FILE", Refusal([words]), StringComparison.Ordinal);
        Assert.Contains("names no two languages", Refusal([$"en={words}"]), StringComparison.Ordinal);
        Assert.Contains("no such file", Refusal(["en-de=nowhere"]), StringComparison.Ordinal);
        Assert.Contains("names are muse", Refusal(["nowhere"]), StringComparison.Ordinal);
        Assert.Contains("LLAMAX_DATA", Refusal(["muse"]), StringComparison.Ordinal);
        Assert.Contains("must be one at least", Refusal([]), StringComparison.Ordinal);
        _folder.Write("empty/readme.md", "");
        Assert.Contains("no dictionary is there", Refusal([_folder["empty"]]), StringComparison.Ordinal);
        _folder.Write("tabs/wn-wikt-fra.tab", "1-n\tfra:lemma\tchien\n");
        Assert.Contains("no English tab file", Refusal([_folder["tabs"]]), StringComparison.Ordinal);
        _folder.Write("broken/lexicon.bin", "LlamaxL1 and no more");
        Assert.Contains("no lexicon", Refusal([_folder["broken"]]), StringComparison.Ordinal);

        string Refusal(string[] sources) => Assert.Throws<RequestException>(() => Build(sources)).Message;
    }

    [Fact]
    public void Random_bytes_as_dictionaries_never_crash_the_build()
    {
        var draws = new Draws(3, "noise");
        for (var item = 0; item < 60; item++)
        {
            var noise = Enumerable.Range(0, 300).Select(i => (byte)draws.Below(item % 2 == 0 ? 256 : 64, item, i)).ToArray();
            try
            {
                Build([Pairs("en-tr", noise)]);
            }
            catch (RequestException)
            {
            }
        }
    }

    [Fact]
    public void Entity_counts_of_published_dictionaries_are_their_different_words()
    {
        string[] files = [Goldens.DataPath("muse", "en-th.txt.gz"), Goldens.DataPath("muse", "th-en.txt.gz")];
        var report = Build(files);
        var (english, thai) = (new HashSet<string>(), new HashSet<string>());
        foreach (var (path, englishColumn) in files.Zip([0, 1]))
        {
            using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress), Encoding.UTF8);
            while (reader.ReadLine() is { } line)
            {
                var columns = line.Split('\t', ' ');
                english.Add(columns[englishColumn].ToLowerInvariant());
                thai.Add(columns[1 - englishColumn].ToLowerInvariant());
            }
        }

        Assert.Equal((english.Count, thai.Count), (report.Entities["en"], report.Entities["th"]));
        Assert.InRange(thai.Count, 20_000, 26_000); // "# entity" of en→th with MUSE in Table 2 is 21,567
    }

    private string Pairs(string name, string content) => Pairs(name, Encoding.UTF8.GetBytes(content));

    private string Pairs(string name, byte[] content) => _folder.Write(name + ".tsv", content);

    private LexiconReport Build(string[] sources, LexiconOptions? options = null, RecordedEvents? events = null) =>
        LexiconBuild.Write(_folder["out"], (options ?? new()) with { Sources = sources }, mirror: null, events);

    private static string Only(MultilingualLexicon lexicon, string language, string text) =>
        Assert.Single(lexicon.Translations(language, text)).ToString();
}
