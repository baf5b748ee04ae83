/** Rows of the demo shop's tables. Names and types are the columns of the scale-model maker's MySQL schema. */
export interface ProductLineRow {
  readonly productLine: string;
  readonly textDescription: string;
  readonly htmlDescription: string | null;
  readonly image: null;
}

export interface ProductRow {
  readonly productCode: string;
  readonly productName: string;
  readonly productLine: string;
  readonly productScale: string;
  readonly productVendor: string;
  readonly productDescription: string;
  readonly quantityInStock: number;
  readonly buyPrice: number;
  readonly MSRP: number;
}

export interface CustomerRow {
  readonly customerNumber: number;
  readonly customerName: string;
  readonly contactLastName: string;
  readonly contactFirstName: string;
  readonly phone: string;
  readonly addressLine1: string;
  readonly addressLine2: string | null;
  readonly city: string;
  readonly state: string | null;
  readonly postalCode: string | null;
  readonly country: string;
  readonly salesRepEmployeeNumber: number | null;
  readonly creditLimit: number | null;
}

export interface OrderRow {
  readonly orderNumber: number;
  readonly orderDate: Date;
  readonly requiredDate: Date;
  readonly shippedDate: Date | null;
  readonly status: string;
  readonly comments: string | null;
  readonly customerNumber: number;
}

export interface OrderDetailRow {
  readonly orderNumber: number;
  readonly productCode: string;
  readonly quantityOrdered: number;
  readonly priceEach: number;
  readonly orderLineNumber: number;
}

export interface RatingRow {
  readonly customerNumber: number;
  readonly productCode: string;
  /** 1 to 5. */
  readonly productRating: number;
}

/** What one customer did: orders oldest first, their lines, and ratings. */
export interface CustomerHistory {
  readonly orders: readonly OrderRow[];
  readonly orderdetails: readonly OrderDetailRow[];
  readonly ratings: readonly RatingRow[];
}
