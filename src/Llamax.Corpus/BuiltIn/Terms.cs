namespace Llamax.Corpus.BuiltIn;

/// <summary>
/// The languages, countries and currencies that built-in sentences speak of: well known, so that most locales have a name for them.
/// </summary>
internal static class Terms
{
    /// <summary>ISO 639-1 codes.</summary>
    public static IReadOnlyList<string> Languages { get; } =
        "en fr de es pt it nl sv pl ru el tr ar hi ja ko zh vi sw th".Split(' ');

    /// <summary>ISO 3166-1 codes.</summary>
    public static IReadOnlyList<string> Countries { get; } =
        "US GB FR DE ES IT NL CH SE PL RU GR TR EG NG KE ZA IN CN JP ID AU CA BR".Split(' ');

    /// <summary>ISO 4217 codes; the first two letters are the country's.</summary>
    public static IReadOnlyList<string> Currencies { get; } = "USD GBP CHF RUB INR CNY JPY BRL".Split(' ');
}
