using System.Globalization;
using System.Text.RegularExpressions;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Catalogue;

/// <summary>
/// The large corpora that are published by pair or by language: those of OPUS, from which Lego-MT's data and so the paper's parallel
/// data come, and mC4 and MADLAD-400, the paper's monolingual data (section 2.1, appendix A).
/// </summary>
internal static partial class CatalogueFamilies
{
    /// <summary>Corpora of OPUS with the release that is fetched.</summary>
    private const string OpusReleases = """
        Books v1
        CCAligned v1
        CCMatrix v1
        DGT v2019
        EMEA v3
        EUbookshop v2
        Europarl v8
        GNOME v1
        GlobalVoices v2018q4
        KDE4 v2
        MaCoCu v2
        MultiCCAligned v1
        NLLB v1
        NeuLab-TedTalks v1
        News-Commentary v16
        OpenSubtitles v2018
        ParaCrawl v9
        QED v2.0a
        SETIMES v2
        TED2020 v1
        Tanzil v1
        Ubuntu v14.10
        UNPC v1.0
        WikiMatrix v1
        XLEnt v1.2
        bible-uedin v1
        infopankki v1
        wikimedia v20210402
        """;

    /// <summary>Shards of mC4's training part, by language.</summary>
    private const string Mc4Shards = """
        af:64 am:16 ar:1024 az:256 be:128 bg:1024 bn:512 ca:512 ceb:8 cs:1024 cy:256 da:1024 de:2048 el:1024 en:11264 es:2048 et:256 fa:1024
        fi:1024 fil:64 fr:2048 ga:16 gl:128 gu:64 ha:8 hi:1024 hu:1024 hy:128 id:1024 ig:4 is:128 it:1024 iw:1024 ja:1024 jv:8 ka:256 kk:256
        km:64 kn:64 ko:1024 ky:64 lb:32 lo:8 lt:512 lv:256 mi:4 mk:128 ml:128 mn:128 mr:1024 ms:512 mt:128 my:64 ne:256 nl:1024 no:1024 ny:4
        pa:32 pl:1024 ps:16 pt:1024 ro:1024 ru:4096 sd:64 sk:512 sl:256 sn:8 so:64 sr:256 sv:1024 sw:32 ta:256 te:128 tg:64 th:1024 tr:1024
        uk:1024 ur:128 uz:32 vi:1024 xh:2 yo:2 zh:1024 zu:8
        """;

    private static readonly Dictionary<string, int> Mc4 = Mc4Shards
        .Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(item => item.Split(':'))
        .ToDictionary(item => item[0], item => int.Parse(item[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    public static IReadOnlyList<CatalogueFamily> All { get; } =
    [
        .. OpusReleases.Split('\n').Select(line => line.Split(' ')).Select(release => Opus(release[0], release[1])),
        new("mc4", "LANG[:SHARD]", MonolingualMc4("ha", 0), Mc4Entry) { Covers = [.. LanguageRegistry.All.Where(IsInMc4)] },
        new("madlad400", "LANG[:SHARD]", MonolingualMadlad("ha", 0), MadladEntry),
    ];

    /// <summary>An entry of any corpus and release of OPUS, as <c>opus:CORPUS@RELEASE:xx-yy</c>.</summary>
    public static CatalogueEntry? AnyOpus(string name) =>
        OpusName().Match(name) is { Success: true } match
            ? OpusEntry(match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value, name)
            : null;

    private static CatalogueFamily Opus(string corpus, string release) => new(
        $"opus:{corpus}",
        "SRC-TGT",
        OpusEntry(corpus, release, "en-ha", $"opus:{corpus}:en-ha")!,
        pair => OpusEntry(corpus, release, pair, $"opus:{corpus}:{pair}"));

    /// <remarks>OPUS names a pair by its own codes in alphabetical order; either order is understood.</remarks>
    private static CatalogueEntry? OpusEntry(string corpus, string release, string pair, string name)
    {
        if (!OpusPair().IsMatch(pair))
            return null;
        var codes = pair.Split('-');
        Array.Sort(codes, StringComparer.Ordinal);
        var ordered = string.Join('-', codes);
        return new()
        {
            Name = name,
            Kind = DataKind.Parallel,
            What = $"sentence pairs of {corpus} as two Moses files",
            Languages = pair,
            Covers = [.. codes.Select(code => LanguageRegistry.TryFind(code, out var found) ? found : null).OfType<Language>()],
            Licence = "that of the texts: see its page",
            Version = release,
            Origin = $"https://opus.nlpl.eu/{corpus}",
            MirrorPath = $"opus/{corpus}/{ordered}",
            IsArchive = true,
            Files =
            [
                new($"{corpus}.{ordered}.txt.zip", $"https://object.pouta.csc.fi/OPUS-{corpus}/{release}/moses/{ordered}.txt.zip"),
            ],
        };
    }

    private static bool IsInMc4(Language language) => Mc4Code(language) is not null;

    /// <summary>mC4's Kurdish is Kurmanji in Latin script, not the paper's; its Chinese is of both scripts.</summary>
    private static string? Mc4Code(Language language) => language.Code switch
    {
        "he" => "iw",
        "tl" => "fil",
        "zhtrad" => "zh",
        var code when Mc4.ContainsKey(code) => code,
        _ => null,
    };

    private static CatalogueEntry? Mc4Entry(string item)
    {
        if (LanguageAndShard().Match(item) is not { Success: true } match)
            return null;
        var code = match.Groups[1].Value;
        if (!Mc4.ContainsKey(code))
            code = LanguageRegistry.TryFind(code, out var language) ? Mc4Code(language) : null;
        var shard = Shard(match);
        return code is null || shard >= Mc4[code] ? null : MonolingualMc4(code, shard) with { Name = $"mc4:{item}" };
    }

    private static CatalogueEntry MonolingualMc4(string code, int shard)
    {
        var file = string.Create(CultureInfo.InvariantCulture, $"c4-{code}.tfrecord-{shard:00000}-of-{Mc4[code]:00000}.json.gz");
        return Monolingual(
            "mc4", code, $"web text of mC4, one of {Mc4[code]} shards, JSONL with the field text", "ODC-BY; the texts are their authors'",
            "3.1.0", "https://huggingface.co/datasets/allenai/c4", file, $"resolve/main/multilingual/{file}");
    }

    private static CatalogueEntry? MadladEntry(string item) =>
        LanguageAndShard().Match(item) is { Success: true } match
            ? MonolingualMadlad(match.Groups[1].Value, Shard(match)) with { Name = $"madlad400:{item}" }
            : null;

    private static CatalogueEntry MonolingualMadlad(string code, int shard)
    {
        var file = string.Create(CultureInfo.InvariantCulture, $"{code}_clean_{shard:0000}.jsonl.gz");
        return Monolingual(
            "madlad400", code, "web text of MADLAD-400, its clean part, one shard, JSONL with the field text",
            "CC BY 4.0; the texts are their authors'", "1.0", "https://huggingface.co/datasets/allenai/MADLAD-400",
            file, $"resolve/main/data/{code}/{file}");
    }

    private static CatalogueEntry Monolingual(
        string set, string code, string what, string licence, string version, string origin, string file, string address) => new()
        {
            Name = $"{set}:{code}",
            Kind = DataKind.Monolingual,
            What = what,
            Languages = code,
            Covers = LanguageRegistry.TryFind(code, out var language) ? [language] : [],
            Licence = licence,
            Version = version,
            Origin = origin,
            MirrorPath = $"{set}/{file}",
            Files = [new(file, $"{origin}/{address}")],
        };

    private static int Shard(Match match) =>
        match.Groups[2].Success ? int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex("^opus:([A-Za-z0-9_.-]+)@([A-Za-z0-9_.-]+):([^:]+)$")]
    private static partial Regex OpusName();

    [GeneratedRegex("^[A-Za-z_]+-[A-Za-z_]+$")]
    private static partial Regex OpusPair();

    [GeneratedRegex("^([A-Za-z_-]+)(?::([0-9]{1,5}))?$")]
    private static partial Regex LanguageAndShard();
}
