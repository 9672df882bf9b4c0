using Llamax.Runs;

namespace Llamax.Corpus.BuiltIn;

/// <summary>The sentence patterns of the built-in corpus.</summary>
internal enum ContentKind
{
    /// <summary>"Thursday, September 5, 2024".</summary>
    LongDate,

    /// <summary>"September 5: French (Switzerland)".</summary>
    DayAndVariety,

    /// <summary>"Thursday, French (Switzerland)".</summary>
    WeekdayAndVariety,

    /// <summary>"French (Switzerland): 3,400".</summary>
    VarietyAndNumber,

    /// <summary>"September 2024: French, Japanese".</summary>
    MonthAndLanguages,

    /// <summary>"Switzerland, Brazil: 45%".</summary>
    CountriesAndShare,

    /// <summary>"Thursday, September 5: Switzerland".</summary>
    DayAndCountry,

    /// <summary>"Swiss Franc: 3,400".</summary>
    CurrencyAndNumber,

    /// <summary>"Thursday", "September", "French", "Switzerland" or "Swiss Franc" alone.</summary>
    Name,
}

/// <summary>
/// What an item of the built-in corpus says, before any language. Parts that its kind does not say are zero, so equal contents are
/// equal values.
/// </summary>
/// <remarks>
/// The parts are few (7 weekdays, 12 months, 20 languages, 24 countries, 8 currencies, two-digit numbers), so that a small model
/// sees each of them often; their combinations are several hundred thousand, so that what it is tested on is new.
/// </remarks>
internal readonly record struct BuiltInContent(
    ContentKind Kind,
    DateOnly Date,
    DayOfWeek Weekday,
    int Language,
    int OtherLanguage,
    int Country,
    int OtherCountry,
    int Currency,
    int Number)
{
    public const int FirstYear = 1990;

    public const int LastYear = 2035;

    // Dates hold four parts and are the hardest kind: they come twice as often as other sentences. More than a third of the items are
    // names alone, which teach a small model what translates what long before it can tell from sentences.
    private static readonly ContentKind[] Frequencies =
    [
        ContentKind.LongDate, ContentKind.LongDate, ContentKind.DayAndVariety, ContentKind.WeekdayAndVariety, ContentKind.VarietyAndNumber,
        ContentKind.MonthAndLanguages, ContentKind.CountriesAndShare, ContentKind.DayAndCountry, ContentKind.CurrencyAndNumber,
        ContentKind.Name, ContentKind.Name, ContentKind.Name, ContentKind.Name, ContentKind.Name,
    ];

    private static readonly Draws ContentHash = new(seed: 0, purpose: "built-in content");

    private static readonly Draws Draws = new(seed: 0, purpose: "built-in corpus");

    /// <summary>The content of an item; two items may say the same.</summary>
    public static BuiltInContent Of(long item)
    {
        var kind = Frequencies[Draws.Below(Frequencies.Length, item, 0)];
        var firstDay = new DateOnly(FirstYear, 1, 1);
        var date = firstDay.AddDays(Draws.Below(new DateOnly(LastYear + 1, 1, 1).DayNumber - firstDay.DayNumber, item, 1));
        var dayOfLeapYear = new DateOnly(2000, 1, 1).AddDays(Draws.Below(366, item, 1));
        var weekday = (DayOfWeek)Draws.Below(7, item, 2);
        var (language, otherLanguage) = Two(Terms.Languages.Count, item, 3);
        var (country, otherCountry) = Two(Terms.Countries.Count, item, 5);
        var currency = Draws.Below(Terms.Currencies.Count, item, 10);
        var number = 1 + Draws.Below(99, item, 7);
        var scale = Draws.Below(4, item, 8) switch { 0 => 1, 1 => 10, 2 => 100, _ => 1000 };
        return kind switch
        {
            ContentKind.LongDate => new(kind, date, date.DayOfWeek, 0, 0, 0, 0, 0, 0),
            ContentKind.DayAndVariety => new(kind, dayOfLeapYear, 0, language, 0, country, 0, 0, 0),
            ContentKind.WeekdayAndVariety => new(kind, default, weekday, language, 0, country, 0, 0, 0),
            ContentKind.VarietyAndNumber => new(kind, default, 0, language, 0, country, 0, 0, number * scale),
            ContentKind.MonthAndLanguages => new(kind, new DateOnly(date.Year, date.Month, 1), 0, language, otherLanguage, 0, 0, 0, 0),
            ContentKind.CountriesAndShare => new(kind, default, 0, 0, 0, country, otherCountry, 0, number),
            ContentKind.DayAndCountry => new(kind, dayOfLeapYear, weekday, 0, 0, country, 0, 0, 0),
            ContentKind.CurrencyAndNumber => new(kind, default, 0, 0, 0, 0, 0, currency, number * scale),
            _ => Draws.Below(5, item, 9) switch
            {
                // The number tells which of the five it is.
                0 => new(kind, default, weekday, 0, 0, 0, 0, 0, 0),
                1 => new(kind, new DateOnly(2000, dayOfLeapYear.Month, 1), 0, 0, 0, 0, 0, 0, 1),
                2 => new(kind, default, 0, language, 0, 0, 0, 0, 2),
                3 => new(kind, default, 0, 0, 0, country, 0, 0, 3),
                _ => new(kind, default, 0, 0, 0, 0, 0, currency, 4),
            },
        };
    }

    /// <summary>Bits that depend on what is said and on nothing else: not on the item's number, the language or the ICU version.</summary>
    public uint Hash()
    {
        var parts = (ulong)Date.DayNumber;
        foreach (var part in (ReadOnlySpan<int>)[(int)Weekday, Language, OtherLanguage, Country, OtherCountry, Currency, Number])
            parts = unchecked(parts * 1_000_003 + (ulong)part);
        return (uint)ContentHash.Bits((ulong)Kind, parts);
    }

    // Two different places below a bound.
    private static (int First, int Second) Two(int bound, long item, long draw)
    {
        var first = Draws.Below(bound, item, draw);
        return (first, (first + 1 + Draws.Below(bound - 1, item, draw + 1)) % bound);
    }
}
