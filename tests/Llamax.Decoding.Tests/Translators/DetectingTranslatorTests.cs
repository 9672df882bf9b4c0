using Llamax.Decoding.Translators;
using Llamax.Testing;
using Llamax.Text.Identification;

namespace Llamax.Decoding.Tests.Translators;

public sealed class DetectingTranslatorTests
{
    [Fact]
    public void Texts_that_come_as_auto_are_recognised_and_others_left_alone()
    {
        var echo = new Echo();
        using var translator = new DetectingTranslator(echo, LanguageIdentifier.Load(Goldens.DataPath("lid", "lid.176.ftz")));
        TranslationRequest[] requests =
        [
            new("Das Wetter ist heute wirklich sehr schön.", "auto", "en"),
            new("The weather is really very nice today.", "auto", "de"),
            new("今天天气真的很好，我们去公园吧。", "auto", "en"),
            new("今天天氣真的很好，我們去公園吧，學習漢語。", "auto", "en"),
            new("x", "fr", "en"),
            new("", "auto", "en"),
        ];
        var results = translator.Translate(requests, TestContext.Current.CancellationToken).ToList();
        Assert.Equal(["de", "en", "zh", "zhtrad", "fr", "en"], results.Select(t => t.Request.Source));
        Assert.Equal(requests.Select(r => r.Text), results.Select(t => t.Request.Text));
    }
}
