using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Llamax.Corpus.Reading;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Corpus.BuiltIn;

/// <summary>
/// A parallel corpus in almost all of the paper's languages that needs no file: dates, numbers and the names of languages, countries
/// and currencies as .NET's locale data (Unicode CLDR, through ICU) writes them. It is real language in real scripts, and a
/// small model can learn it in minutes.
/// </summary>
/// <remarks>
/// An item is a number; what it says is drawn from the number alone, and every language says the same. Same machine, same bytes;
/// another ICU version may spell some names differently, which <see cref="LocaleData"/> tells. Safe from many threads.
/// </remarks>
public sealed class BuiltInCorpus
{
    /// <summary>The origin of its lines, before the item's number.</summary>
    public const string OriginPrefix = "built-in:";

    private readonly Dictionary<Language, LocaleNames> _names;

    /// <param name="languages">The languages to speak; see <see cref="Supported"/>.</param>
    /// <exception cref="RequestException">The locale data lacks one of them, or .NET runs without any.</exception>
    public BuiltInCorpus(IReadOnlyList<Language> languages)
    {
        Languages = languages;
        _names = languages.Distinct().ToDictionary(language => language, LocaleNames.Of);
        var missing = _names.Where(entry => !entry.Value.IsReal).Select(entry => entry.Key.Code).ToList();
        if (missing.Count > 0)
            throw new RequestException(
                $"the locale data of this machine does not speak {string.Join(", ", missing)}",
                "built-in corpus",
                "leave them out, or use a corpus of your own for them");
    }

    /// <summary>The languages given.</summary>
    public IReadOnlyList<Language> Languages { get; }

    /// <summary>The languages of the registry that this machine's locale data speaks: with ICU 72 all but ns, ny, oc and umb.</summary>
    /// <exception cref="RequestException">.NET runs without locale data.</exception>
    public static IReadOnlyList<Language> Supported => [.. LanguageRegistry.All.Where(IsSupported)];

    /// <summary>
    /// What the lines depend on besides their numbers: the version of ICU's collation data and a hash of the names used. For manifests.
    /// </summary>
    public string LocaleData
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var term in Lexicon())
                hash.AppendData(Encoding.UTF8.GetBytes($"{term.Concept}\t{term.Language}\t{term.Text}\n"));
            var names = Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
            var collation = CultureInfo.InvariantCulture.CompareInfo.Version.FullVersion;
            return string.Create(CultureInfo.InvariantCulture, $"ICU collation {collation:x}, names {names}");
        }
    }

    /// <summary>Whether the locale data speaks the language; where ICU does not know it, it answers in English.</summary>
    /// <exception cref="RequestException">.NET runs without locale data.</exception>
    public static bool IsSupported(Language language) => LocaleNames.Of(language).IsReal;

    /// <summary>What an item says, in a language of <see cref="Languages"/>.</summary>
    public string Render(long item, Language language)
    {
        var names = _names[language];
        var content = BuiltInContent.Of(item);
        var variety = names.Varieties[content.Language, content.Country];
        var country = names.Countries[content.Country];
        return content.Kind switch
        {
            ContentKind.LongDate => names.LongDate(content.Date),
            ContentKind.DayAndVariety => names.Day(content.Date) + names.Colon + variety,
            ContentKind.WeekdayAndVariety => names.Weekdays[(int)content.Weekday] + names.Comma + variety,
            ContentKind.VarietyAndNumber => variety + names.Colon + names.Number(content.Number),
            ContentKind.MonthAndLanguages => string.Concat(
                names.Month(content.Date) + names.Colon,
                names.Languages[content.Language],
                names.Comma,
                names.Languages[content.OtherLanguage]),
            ContentKind.CountriesAndShare => string.Concat(
                country, names.Comma, names.Countries[content.OtherCountry], names.Colon + names.Share(content.Number)),
            ContentKind.DayAndCountry => string.Concat(
                names.Weekdays[(int)content.Weekday], names.Comma, names.Day(content.Date), names.Colon + country),
            ContentKind.CurrencyAndNumber => names.Currencies[content.Currency] + names.Colon + names.Number(content.Number),
            _ => content.Number switch
            {
                0 => names.Weekdays[(int)content.Weekday],
                1 => names.Months[content.Date.Month - 1],
                2 => names.Languages[content.Language],
                3 => country,
                _ => names.Currencies[content.Currency],
            },
        };
    }

    /// <summary>The part that an item belongs to, by what it says: two items that say the same are in the same part.</summary>
    public static CorpusSplit SplitOf(long item) => SplitOf(BuiltInContent.Of(item));

    /// <summary>The items of a part, without end, from where the seed says. No two dev items say the same, nor two test items.</summary>
    public static IEnumerable<long> Items(CorpusSplit split, ulong seed = 0)
    {
        HashSet<BuiltInContent>? said = split == CorpusSplit.Train ? null : [];
        var first = (long)(new Draws(seed, "built-in sample").Bits(0) >> 2);
        for (var item = first; ; item++)
        {
            var content = BuiltInContent.Of(item);
            if (SplitOf(content) == split && (said is null || said.Add(content)))
                yield return item;
        }
    }

    /// <summary>Lines of one language.</summary>
    public IEnumerable<TextLine> Monolingual(Language language, CorpusSplit split, int count, ulong seed = 0) =>
        Items(split, seed).Take(count).Select(item => new TextLine(Render(item, language), Origin(item)));

    /// <summary>Pairs. The same split and seed give the same items in every direction: a seed for each direction gives variety.</summary>
    public IEnumerable<SentencePair> Parallel(Language source, Language target, CorpusSplit split, int count, ulong seed = 0) =>
        Items(split, seed).Take(count).Select(item => new SentencePair(Render(item, source), Render(item, target), Origin(item)));

    /// <summary>
    /// Every name in the corpus in every language: weekdays, months (also as written in dates), languages, countries, currencies.
    /// </summary>
    public IEnumerable<BuiltInTerm> Lexicon()
    {
        string[] numbers = [.. Enumerable.Range(1, 12).Select(number => number.ToString(CultureInfo.InvariantCulture))];
        foreach (var (language, names) in _names)
        {
            (string Kind, IReadOnlyList<string> Concepts, IReadOnlyList<string> Texts)[] groups =
            [
                ("weekday", numbers[..7], names.Weekdays),
                ("month", numbers, names.Months),
                ("month-in-date", numbers, names.MonthsInDates),
                ("language", Terms.Languages, names.Languages),
                ("country", Terms.Countries, names.Countries),
                ("currency", Terms.Currencies, names.Currencies),
            ];
            foreach (var (kind, concepts, texts) in groups)
                for (var i = 0; i < texts.Count; i++)
                    yield return new BuiltInTerm($"{kind}/{concepts[i]}", language, texts[i]);
        }
    }

    // Names are no test: there are few of them, and sentences that are tested are made of them.
    private static CorpusSplit SplitOf(BuiltInContent content) => content.Kind == ContentKind.Name
        ? CorpusSplit.Train
        : (content.Hash() % 20) switch { 0 => CorpusSplit.Dev, 1 => CorpusSplit.Test, _ => CorpusSplit.Train };

    private static string Origin(long item) => string.Create(CultureInfo.InvariantCulture, $"{OriginPrefix}{item}");
}
