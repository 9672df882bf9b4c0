using System.Collections;
using System.Globalization;
using System.Reflection;
using YamlDotNet.RepresentationModel;

namespace Llamax.Runs.Recipes;

/// <summary>
/// Fills option records from a recipe. Keys are the properties' names in camelCase; defaults live in the records alone; an
/// unknown key names its nearest known ones; a value of the wrong kind names its file and line, or the argument it came from.
/// </summary>
public static class RecipeBinder
{
    /// <summary>A new <typeparamref name="T"/> with the recipe's values over its defaults.</summary>
    /// <param name="file">The recipe.</param>
    /// <param name="help">Where all keys of this kind of recipe are shown, as a clause: <c>docs/x.md lists every key</c>.</param>
    /// <exception cref="RequestException">A key is unknown or a value is of the wrong kind.</exception>
    public static T Bind<T>(RecipeFile file, string help)
        where T : class => (T)BindRecord(file, help, "", typeof(T), file.Root);

    /// <summary>The name of a property as a recipe spells it.</summary>
    internal static string KeyOf(MemberInfo property) => CamelCase(property.Name);

    internal static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    internal static IEnumerable<PropertyInfo> OptionsOf(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite && p.GetIndexParameters().Length == 0);

    internal static Type? ElementOfList(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;

    internal static Type? ValueOfDictionary(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) ? type.GetGenericArguments()[1] : null;

    private static object BindRecord(RecipeFile file, string help, string path, Type type, YamlMappingNode node)
    {
        var known = OptionsOf(type).ToDictionary(KeyOf, StringComparer.Ordinal);
        var record = Activator.CreateInstance(type)!;
        foreach (var (keyNode, value) in node.Children)
        {
            var key = file.NameOf(keyNode);
            if (!known.TryGetValue(key, out var property))
            {
                throw new RequestException(
                    $"unknown key \"{Join(path, key)}\"",
                    file.Where(keyNode),
                    $"the nearest known keys are {string.Join(", ", Nearest.To(key, known.Keys))}; {help}");
            }

            var isNullable = new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;
            property.SetValue(record, BindValue(file, help, Join(path, key), property.PropertyType, isNullable, value));
        }

        return record;
    }

    private static object? BindValue(RecipeFile file, string help, string path, Type declared, bool isNullable, YamlNode node)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (node is YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: "" or "null" or "~" })
            return isNullable ? null : throw Wrong(file, path, type, node, "nothing");

        if (ElementOfList(type) is { } element)
        {
            // A single value where a list is expected is a list of one.
            var items = node is YamlSequenceNode sequence ? sequence.Children : [node];
            var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
            for (var i = 0; i < items.Count; i++)
                list.Add(BindValue(file, help, $"{path}[{i}]", element, isNullable: false, items[i]));
            return list;
        }

        if (ValueOfDictionary(type) is { } valueType)
        {
            if (node is not YamlMappingNode mapping)
                throw Wrong(file, path, type, node, "no keys");
            var ordered = typeof(OrderedDictionary<,>).MakeGenericType(typeof(string), valueType);
            var dictionary = (IDictionary)Activator.CreateInstance(ordered)!;
            foreach (var (key, value) in mapping.Children)
            {
                var name = file.NameOf(key);
                dictionary.Add(name, BindValue(file, help, Join(path, name), valueType, isNullable: false, value));
            }

            return dictionary;
        }

        if (node is YamlMappingNode child)
        {
            if (type == typeof(string) || type.IsValueType)
                throw Wrong(file, path, type, node, "keys");
            return BindRecord(file, help, path, type, child);
        }

        if (node is not YamlScalarNode { Value: { } text })
            throw Wrong(file, path, type, node, "a list");
        return BindScalar(type, text) ?? throw Wrong(file, path, type, node, $"\"{text}\"");
    }

    private static object? BindScalar(Type type, string text)
    {
        var culture = CultureInfo.InvariantCulture;
        var digits = text.Replace("_", "", StringComparison.Ordinal);
        if (type == typeof(string))
            return text;
        if (type == typeof(bool))
            return bool.TryParse(text, out var flag) ? flag : null;
        if (type == typeof(int))
            return int.TryParse(digits, NumberStyles.Integer, culture, out var number) ? number : null;
        if (type == typeof(long))
            return long.TryParse(digits, NumberStyles.Integer, culture, out var number) ? number : null;
        if (type == typeof(ulong))
            return ulong.TryParse(digits, NumberStyles.Integer, culture, out var number) ? number : null;
        if (type == typeof(double))
            return double.TryParse(text, NumberStyles.Float, culture, out var real) && double.IsFinite(real) ? real : null;
        if (type == typeof(TimeSpan))
            return TimeSpan.TryParse(text, culture, out var time) ? time : null;
        if (type.IsEnum)
            return Enum.GetNames(type).FirstOrDefault(n => CamelCase(n) == text) is { } name ? Enum.Parse(type, name) : null;
        return null;
    }

    private static RequestException Wrong(RecipeFile file, string path, Type type, YamlNode node, string found) =>
        new($"{path} is {found}, expected {Describe(type)}", file.Where(node), $"give {Describe(type)}");

    private static string Describe(Type type) =>
        type == typeof(bool) ? "true or false"
        : type == typeof(int) || type == typeof(long) || type == typeof(ulong) ? "a whole number"
        : type == typeof(double) ? "a number"
        : type == typeof(string) ? "a text"
        : type == typeof(TimeSpan) ? "a duration such as 00:30:00"
        : type.IsEnum ? "one of " + string.Join(", ", Enum.GetNames(type).Select(CamelCase))
        : ElementOfList(type) is { } element ? "a list: each " + Describe(element)
        : ValueOfDictionary(type) is not null ? "names with values below them"
        : "keys: " + string.Join(", ", OptionsOf(type).Select(KeyOf));

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
