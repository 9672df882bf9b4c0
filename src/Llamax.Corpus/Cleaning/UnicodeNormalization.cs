using System.Text;

namespace Llamax.Corpus.Cleaning;

/// <summary>Brings texts into NFC or NFKC.</summary>
internal sealed class UnicodeNormalization(UnicodeForm form) : TextRepair
{
    private const char FirstThatMayCompose = '\u0300';

    private readonly NormalizationForm _form = form == UnicodeForm.Nfkc ? NormalizationForm.FormKC : NormalizationForm.FormC;

    // Below the first combining mark, every text is in form C already; below U+00A0 in form KC too.
    private readonly char _last = form == UnicodeForm.Nfkc ? '\u009F' : (char)(FirstThatMayCompose - 1);

    public override string Name => "unicode";

    protected override string Repair(string text) =>
        !text.AsSpan().ContainsAnyExceptInRange('\0', _last) || text.IsNormalized(_form) ? text : text.Normalize(_form);
}
