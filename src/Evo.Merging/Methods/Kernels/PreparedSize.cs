using System.Collections;
using System.Runtime.CompilerServices;

namespace Evo.Merging.Methods.Kernels;

/// <summary>
/// Bytes of a prepared value: numbers, text, and arrays, lists and tuples of them are measured; any other type says its own, or is refused, so that
/// nothing is kept that counts for nothing.
/// </summary>
internal static class PreparedSize
{
    private const int OfAnObject = 64;

    public static long Of(object value) => OfAnObject + Content(value);

    /// <summary>For <see cref="IPreparedValue.Bytes"/>: what the fields of an object hold.</summary>
    public static long OfFields(params ReadOnlySpan<object> fields)
    {
        long bytes = 0;
        foreach (var field in fields)
            bytes += Content(field);
        return bytes;
    }

    private static long Content(object? value) => value switch
    {
        null => 0,
        IPreparedValue prepared => prepared.Bytes,
        string text => (long)sizeof(char) * text.Length,
        _ when IsPlain(value.GetType()) => 0, // within the object that holds it
        ITuple tuple => Enumerable.Range(0, tuple.Length).Sum(item => Content(tuple[item])),
        Array array => OfItems(array, array.GetType().GetElementType()!),
        ICollection items when items.GetType().IsGenericType => OfItems(items, items.GetType().GetGenericArguments()[^1]),
        _ => throw new ArgumentException($"{value.GetType()} is kept without a size: let it implement {nameof(IPreparedValue)}", nameof(value)),
    };

    private static long OfItems(ICollection items, Type item)
    {
        if (IsPlain(item))
            return (long)items.Count * RuntimeHelpers.SizeOf(item.TypeHandle);
        var bytes = (long)items.Count * IntPtr.Size;
        foreach (var element in items)
            bytes += Content(element);
        return bytes;
    }

    private static bool IsPlain(Type type) => type.IsPrimitive || type.IsEnum
        || (type.IsValueType && type.IsAssignableTo(typeof(ITuple)) && type.GetGenericArguments().All(IsPlain));
}
