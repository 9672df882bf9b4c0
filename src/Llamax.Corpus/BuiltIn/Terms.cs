namespace Llamax.Corpus.BuiltIn;

/// <summary>The languages and countries that built-in sentences speak of: well known, so that most locales have a name for them.</summary>
internal static class Terms
{
    /// <summary>ISO 639-1 codes.</summary>
    public static IReadOnlyList<string> Languages { get; } =
        "en fr de es pt it nl sv da fi pl cs ru uk bg el tr ar fa hi bn ta ja ko zh vi id sw ha th".Split(' ');

    /// <summary>ISO 3166-1 codes.</summary>
    public static IReadOnlyList<string> Countries { get; } =
        "US GB FR DE ES PT IT NL BE CH AT SE NO FI PL CZ RU UA GR TR EG NG KE ZA ET MA IN BD PK IR JP TH CN VN ID AU CA MX BR AR"
            .Split(' ');
}
