using System.Text.Json.Nodes;

namespace Llamax.EndToEnd;

public sealed class LanguagesTests
{
    [Fact]
    public void The_table_has_102_languages_under_its_heading()
    {
        var lines = LlamaxProgram.Run("languages").Done().Lines;
        Assert.Equal(103, lines.Length);
        Assert.StartsWith("code ", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_query_is_a_code_of_any_set_or_part_of_a_name_or_a_script()
    {
        Assert.StartsWith("zhtrad ", LlamaxProgram.Run("languages", "zho_Hant").Done().Lines[1], StringComparison.Ordinal);
        Assert.Contains(LlamaxProgram.Run("languages", "cyrl").Done().Lines, line => line.StartsWith("uk ", StringComparison.Ordinal));
        var turkish = JsonNode.Parse(LlamaxProgram.Run("languages", "Turkish", "--json").Done().Out)!.AsArray();
        Assert.Equal("tur", (string?)Assert.Single(turkish)!["flores101"]);
    }

    [Fact]
    public void An_unknown_language_gets_its_neighbours() =>
        Assert.Contains("de (German)", LlamaxProgram.Run("languages", "Germn").Refusal(), StringComparison.Ordinal);
}
