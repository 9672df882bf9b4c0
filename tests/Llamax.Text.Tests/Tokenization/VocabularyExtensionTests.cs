using Llamax.Runs;
using Llamax.Runs.Progress;
using Llamax.Testing;
using Llamax.Text.Tokenization;

namespace Llamax.Text.Tests.Tokenization;

public sealed class VocabularyExtensionTests : IDisposable
{
    private static readonly Lazy<SentencePieceModel> Llama2 = new(() => TokenizerFile.LoadModel(ModelPath()));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ben", 100, 8.62, 4.96)]
    [InlineData("ben", 800, 8.62, 3.21)]
    [InlineData("ron", 800, 2.25, 2.02)]
    public void Llama_2_with_new_tokens_spells_its_language_as_shortly_as_the_papers_table_1(
        string language, int count, double before, double after)
    {
        var (old, extended, now) = Extend(language, count);
        Assert.Equal(old.VocabularySize + count, now.VocabularySize);
        Assert.Equal(count, extended.Origins.Count);
        var test = Flores("devtest", language).ToList();
        var words = test.Sum(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);
        double Fertility(ITokenizer tokenizer) => test.Sum(line => (double)tokenizer.Encode(line).Length) / words;

        // The paper does not say from which text its tokens were learnt, only that they are for this one.
        Assert.InRange(Fertility(old), 0.98 * before, 1.02 * before);
        Assert.InRange(Fertility(now), 0.8 * after, after);
    }

    [Theory]
    [InlineData("ben", 400)]
    [InlineData("zho_simpl", 3000)]
    public void Every_text_comes_back_and_one_without_new_tokens_is_cut_as_before(string language, int count)
    {
        var (old, extended, now) = Extend(language, count);
        TokenizerFile.Save(extended.Model, _folder["saved"]);
        var json = TokenizerFile.Load(_folder["saved", "tokenizer.json"]);
        var untouched = 0;
        foreach (var line in Flores("devtest", "eng", "hin", language).Append("a  b\t\n c 1234 😀"))
        {
            var ids = now.Encode(line);
            Assert.Equal(line, now.Decode(ids));
            Assert.Equal(ids, json.Encode(line));
            if (ids.Any(id => id >= old.VocabularySize))
                continue;
            Assert.Equal(old.Encode(line), ids);
            untouched++;
        }

        Assert.True(untouched > 900, $"{untouched} lines without new tokens");
        var used = Flores("dev", language).SelectMany(line => now.Encode(line)).Where(id => id >= old.VocabularySize).Distinct().Count();
        Assert.InRange(used, 0.7 * count, count);
    }

    [Theory]
    [InlineData("ben", 400)]
    [InlineData("zho_simpl", 3000)]
    public void A_new_token_spells_what_the_old_ones_spell_that_it_is_made_of(string language, int count)
    {
        var (old, extended, now) = Extend(language, count);
        foreach (var (i, origin) in extended.Origins.Index())
        {
            Assert.All(origin, id => Assert.InRange(id, 0, old.VocabularySize - 1));
            Assert.Equal(now.Bytes(old.VocabularySize + i), origin.SelectMany(id => old.Bytes(id)));
        }
    }

    [Fact]
    public void The_same_lines_in_another_order_give_the_same_bytes()
    {
        byte[] Bytes(IEnumerable<string> lines) => SentencePieceFormat.Write(Extend(lines, 300).Model);
        var text = Flores("dev", "ben").ToList();
        var forward = Bytes(text);
        text.Reverse();
        Assert.Equal(forward, Bytes(text));
    }

    [Fact]
    public void A_text_that_is_too_small_and_a_vocabulary_of_another_kind_are_refused()
    {
        var few = Assert.Throws<RequestException>(() => Extend(["ক খ গ ঘ ঙ"], 2));
        Assert.Contains("characters that the vocabulary spells in bytes, and 2 tokens are wanted", few.What, StringComparison.Ordinal);
        var small = Assert.Throws<RequestException>(() => Extend(["a b", "a b"], 100));
        Assert.Contains("100 are wanted", small.What, StringComparison.Ordinal);
        Assert.NotEmpty(small.Mend);
        Assert.Throws<RequestException>(() => Extend(["a"], 0));
        Assert.Throws<RequestException>(() => Extend([], 10));
        var unigram = Model() with { Segmentation = SegmentationModel.Unigram };
        Assert.Contains("byte-pair", Assert.Throws<RequestException>(() => new VocabularyExtension(unigram)).What, StringComparison.Ordinal);
    }

    private (ITokenizer Old, ExtendedVocabulary Extended, ITokenizer Now) Extend(string language, int count)
    {
        var extended = Extend(Flores("dev", language), count);
        TokenizerFile.SaveModel(extended.Model, _folder.Path);
        return (TokenizerFile.Load(ModelPath()), extended, TokenizerFile.Load(_folder["tokenizer.model"]));
    }

    private static ExtendedVocabulary Extend(IEnumerable<string> lines, int count)
    {
        var extension = new VocabularyExtension(Model());
        foreach (var line in lines)
            extension.Add(line);
        return extension.Extend(count, SilentEvents.Instance, TestContext.Current.CancellationToken);
    }

    private static SentencePieceModel Model() => Llama2.Value;

    private static string ModelPath() => Goldens.DataPath("llama2-tokenizer", "tokenizer.model");

    private static IEnumerable<string> Flores(string split, params string[] languages) => languages.SelectMany(
        language => TokenizerGoldenTests.Lines(Goldens.DataPath("flores101", split, $"{language}.{split}.gz")).Where(line => line.Length > 0));
}
