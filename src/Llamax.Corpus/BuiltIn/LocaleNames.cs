using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Corpus.BuiltIn;

/// <summary>
/// What .NET's locale data (ICU, from Unicode CLDR) says in one language: names of languages, countries and currencies, of weekdays and
/// months, and how dates, numbers and shares are written. Read once per process and language; unchangeable afterwards.
/// </summary>
internal sealed class LocaleNames
{
    private static readonly SearchValues<char> Invisible = SearchValues.Create('\u00A0', '\u202F', '\u200E', '\u200F', '\u061C');

    private static readonly ConcurrentDictionary<Language, Lazy<LocaleNames>> Cache = new();

    private readonly CultureInfo _culture;
    private readonly char[]? _digits;

    private LocaleNames(Language language)
    {
        _culture = Gregorian(new CultureInfo(language.Bcp47, useUserOverride: false));
        var digits = _culture.NumberFormat.NativeDigits;
        if (digits[0] != "0" && digits.All(digit => digit.Length == 1))
            _digits = [.. digits.Select(digit => digit[0])];
        (Languages, Countries, Varieties) = DisplayNames(language);
        Currencies = [.. Terms.Currencies.Select(code => Clean(Region(language, code[..2]).CurrencyNativeName))];
        Weekdays = [.. _culture.DateTimeFormat.DayNames.Select(Clean)];
        Months = [.. _culture.DateTimeFormat.MonthNames.Take(12).Select(Clean)];
        MonthsInDates = [.. _culture.DateTimeFormat.MonthGenitiveNames.Take(12).Select(Clean)];

        // CLDR has no comma and colon of a locale; these are the scripts' own.
        (Comma, Colon) = language.Script switch
        {
            "Arab" => ("، ", ": "),
            "Hans" or "Hant" => ("，", "："),
            "Jpan" => ("、", "："),
            "Ethi" => ("፣ ", "፦ "),
            "Mymr" => ("၊ ", ": "),
            _ => (", ", ": "),
        };
        var names = (string[])[.. Weekdays, .. Months];
        var invariant = CultureInfo.InvariantCulture.DateTimeFormat;
        var isEnglish = names.SequenceEqual([.. invariant.DayNames, .. invariant.MonthNames.Take(12)]);
        IsReal = isEnglish == (language.Code == "en") && Countries.All(country => country.Length > 0);
    }

    /// <summary>Names in the order of <see cref="Terms.Languages"/>.</summary>
    public IReadOnlyList<string> Languages { get; }

    /// <summary>Names in the order of <see cref="Terms.Countries"/>.</summary>
    public IReadOnlyList<string> Countries { get; }

    /// <summary>Names in the order of <see cref="Terms.Currencies"/>.</summary>
    public IReadOnlyList<string> Currencies { get; }

    /// <summary>[language, country] as "French (Switzerland)".</summary>
    public string[,] Varieties { get; }

    /// <summary>From Sunday.</summary>
    public IReadOnlyList<string> Weekdays { get; }

    /// <summary>Standing alone, from January.</summary>
    public IReadOnlyList<string> Months { get; }

    /// <summary>Beside a day: the genitive where the language has one.</summary>
    public IReadOnlyList<string> MonthsInDates { get; }

    public string Comma { get; }

    public string Colon { get; }

    /// <summary>False where ICU does not know the locale and answers in English, or uses no brackets for countries.</summary>
    public bool IsReal { get; }

    /// <summary>The names of a language; safe from many threads.</summary>
    /// <exception cref="RequestException">.NET runs without locale data.</exception>
    public static LocaleNames Of(Language language)
    {
        RequireLocaleData();
        return Cache.GetOrAdd(language, key => new Lazy<LocaleNames>(() => new LocaleNames(key))).Value;
    }

    /// <summary>"Thursday, September 5, 2024".</summary>
    public string LongDate(DateOnly date) => Written(date.ToString("D", _culture));

    /// <summary>"September 5".</summary>
    public string Day(DateOnly date) => Written(date.ToString("M", _culture));

    /// <summary>"September 2024".</summary>
    public string Month(DateOnly date) => Written(date.ToString("Y", _culture));

    /// <summary>"3,400".</summary>
    public string Number(int number) => Written(number.ToString("N0", _culture));

    /// <summary>"45%".</summary>
    public string Share(int percent) => Written((percent / 100m).ToString("P0", _culture));

    /// <summary>Tells a .NET without ICU, where every locale speaks English, from one with it.</summary>
    /// <param name="germanJanuary">The German name of January; null asks .NET.</param>
    /// <exception cref="RequestException">It is the English one, or German is unknown.</exception>
    internal static void RequireLocaleData(string? germanJanuary = null)
    {
        try
        {
            if ((germanJanuary ?? new CultureInfo("de", useUserOverride: false).DateTimeFormat.GetMonthName(1)) == "Januar")
                return;
        }
        catch (CultureNotFoundException)
        {
            // Invariant globalization knows one culture; reported below like any other lack of data.
        }

        throw new RequestException(
            ".NET runs without locale data (ICU), of which the built-in corpus is made",
            mend: "install libicu (Debian: apt-get install libicu-dev) and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT");
    }

    private static CultureInfo Gregorian(CultureInfo culture)
    {
        var calendar = culture.OptionalCalendars.OfType<GregorianCalendar>().FirstOrDefault();
        if (culture.DateTimeFormat.Calendar is not GregorianCalendar && calendar is not null)
            culture.DateTimeFormat.Calendar = calendar;
        return CultureInfo.ReadOnly(culture);
    }

    // A currency's "native" name is that in the language of the region's locale, which may be one that nobody uses: fr-US, zh-Hans-GB.
    private static RegionInfo Region(Language language, string country)
    {
        var subtags = language.Bcp47.Split('-');
        return new(string.Join('-', [subtags[0], .. subtags.Skip(1).Where(subtag => subtag.Length == 4), country]));
    }

    // Display names follow the thread's UI culture and may be kept by it, so each language gets a fresh thread. RegionInfo.DisplayName
    // does not follow it on Linux: the country is what a language-and-country culture is called, without the language.
    private static (string[] Languages, string[] Countries, string[,] Varieties) DisplayNames(Language language)
    {
        var languages = new string[Terms.Languages.Count];
        var countries = new string[Terms.Countries.Count];
        var varieties = new string[languages.Length, countries.Length];
        var thread = new Thread(() =>
        {
            CultureInfo.CurrentUICulture = new CultureInfo(language.Bcp47, useUserOverride: false);
            for (var i = 0; i < languages.Length; i++)
                languages[i] = Clean(new CultureInfo(Terms.Languages[i], useUserOverride: false).DisplayName);

            for (var j = 0; j < countries.Length; j++)
            {
                // "French (Switzerland)", "法语（瑞士）", "프랑스어(스위스)".
                var name = Clean(new CultureInfo($"fr-{Terms.Countries[j]}", useUserOverride: false).DisplayName);
                var open = name.IndexOfAny(['(', '（']);
                countries[j] = open > 0 ? name[(open + 1)..^1] : "";
                var gap = open > 0 && name[open - 1] == ' ' ? " " : "";
                for (var i = 0; i < languages.Length; i++)
                    varieties[i, j] = open > 0 ? languages[i] + gap + name[open..] : "";
            }
        });
        thread.Start();
        thread.Join();
        return (languages, countries, varieties);
    }

    // Locale data writes no-break spaces into numbers and direction marks around them; a corpus line has plain spaces and letters.
    private static string Clean(string text)
    {
        if (!text.AsSpan().ContainsAny(Invisible))
            return text;
        var clean = new StringBuilder(text.Length);
        foreach (var character in text)
            if (character is '\u00A0' or '\u202F')
                clean.Append(' ');
            else if (!Invisible.Contains(character))
                clean.Append(character);
        return clean.ToString();
    }

    private string Written(string text)
    {
        text = Clean(text);
        return _digits is null
            ? text
            : string.Create(text.Length, (text, _digits), static (written, state) =>
            {
                for (var i = 0; i < written.Length; i++)
                    written[i] = char.IsAsciiDigit(state.text[i]) ? state._digits[state.text[i] - '0'] : state.text[i];
            });
    }
}
